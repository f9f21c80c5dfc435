import Postgres
import TestSupport
import Testing

@Suite("Items that a job could not do", .migrated, .timeLimit(.minutes(5)))
struct FailedItemTests {
    private let database = TestDatabase.current

    private func items(_ columns: String) async throws -> [String] {
        try await database.lines(
            "select concat_ws(' ', \(columns)) from pgsync.sync_failed_items order by id"
        )
    }

    /// Runs a job that fails at items, and returns how it ended.
    @discardableResult
    private func run(_ failures: String..., kind: String = "chain") async throws -> String? {
        try await database.connect { runner in
            let job = try #require(
                try await runner.run("select job::text from pgsync.begin_job('\(kind)', 'till')")
            )
            try await runner.run("select pgsync.note_phase(\(job), 'items')")
            for failure in failures {
                try await runner.run("select pgsync.put_failed_item(\(job), \(failure))")
            }
            return try await runner.run("select pgsync.end_job(\(job))")
        }
    }

    @Test("are open until they are settled, and make their job end as partial")
    func open() async throws {
        let ended = try await run(#"'17', 'data.date', 'no date', '{"day": "x"}', 'day'"#, "'18', 'x', 'y'")
        #expect(ended == "partial")
        #expect(
            try await items("item_id, state, attempts, payload, error_column")
                == [#"17 given_up 1 {"day": "x"} day"#, "18 open 1"]
        )
        #expect(try await database.value("select failed from pgsync.sync_progress") == "2")
        #expect(try await database.value("select failed_items from pgsync.job_states") == "2")
        #expect(try await database.value("select pgsync.settle_failed_item(2, 'done')") == "t")
        #expect(try await database.value("select pgsync.settle_failed_item(2, 'done')") == "f")
        #expect(try await database.value("select pgsync.settle_failed_item(9, 'done')") == "f")
        #expect(
            try await items("item_id, state, resolution, resolved_by = session_user")
                == ["17 given_up", "18 resolved done t"]
        )
        // It can fail again, and is then another failure.
        try await run("'18', 'x', 'again'")
        #expect(try await items("item_id, state") == ["17 given_up", "18 resolved", "18 open"])
        #expect(try await database.value("select state from pgsync.job_states where id = 1") == "partial")
    }

    @Test("of an import may be put right where they came from, and are the same after they were given up")
    func imported() async throws {
        let failure = "'17', 'data.date', 'no date', max_attempts => 2"
        for expected in ["open 1", "given_up 2", "given_up 3"] {
            try await run(failure, kind: "import")
            #expect(try await items("state, attempts") == [expected])
        }
        #expect(try await database.value("select pgsync.settle_failed_item(1, 'done')") == "t")
        try await run(failure, kind: "import")
        #expect(try await items("state, attempts") == ["resolved 3", "open 1"])
    }

    @Test("are known by keys of any length")
    func longKey() async throws {
        let key = "repeat('\u{1F9FE}', 9000) || 'x'"
        for _ in 1...2 { try await run("\(key), 'x', 'y'", "\(key) || 'z', 'x', 'y'") }
        #expect(try await items("attempts, octet_length(item_id) < 2100") == ["2 t", "2 t"])
    }

    @Test("are tried again later and later, and given up after so many failures")
    func givenUp() async throws {
        try await database.run("select pgsync.set_configuration('retry_delay_seconds', '100')")
        for attempt in 1...3 {
            try await run("'17', 'transient', 'try \(attempt)', max_attempts => 3")
            #expect(
                try await items("attempts, state, error_message, job")
                    == ["\(attempt) \(attempt < 3 ? "open" : "given_up") try \(attempt) \(attempt)"]
            )
            guard attempt < 3 else { continue }
            #expect(
                try await items(
                    "next_attempt_at - last_seen_at between interval '89 s' * \(attempt) and interval '111 s' * \(attempt)"
                ) == ["t"]
            )
        }
        #expect(try await items("next_attempt_at") == [""])
    }

    @Test("and jobs are summed up by kind, class and day")
    func sums() async throws {
        try await run("'17', 'data.date', 'no date'", "'18', 'transient', 'x'", "'19', 'transient', 'y'")
        try await run()
        try await database.run(
            """
            select pgsync.settle_failed_item(3, 'by hand');
            update pgsync.sync_failed_items set next_attempt_at = now() where state = 'open';
            """
        )
        try await database.run("select pgsync.request_job('verify', 'books')")
        try await database.run(
            """
            insert into pgsync.sync_jobs
                (kind, subject, state, attempts, requested_at, started_at, heartbeat_at, finished_at, error_message)
            select 'chain', 'till', 'failed', 2, day, day, day, day + interval '10 s', 'x'
            from (values (now() - interval '3 days'), (now() - interval '60 days')) as past (day)
            """
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', kind, jobs, active, completed, partial, failed, cancelled, resumed, success_rate)
                from pgsync.get_sync_stats()
                """
            ) == ["chain 3 0 1 1 1 0 1 33.3", "verify 1 1 0 0 0 0 0"]
        )
        #expect(try await database.value("select sum(jobs) from pgsync.get_sync_stats(90)") == "5")
        #expect(
            try await database.value("select longest from pgsync.get_sync_stats() where kind = 'chain'")
                == "00:00:10"
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', current_date - day < 3, kind, jobs, completed, failed, success_rate)
                from pgsync.get_sync_performance_trends()
                """
            ) == ["f chain 1 0 1 0.0", "t chain 2 1 1 50.0"]
        )
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', kind, subject, error_class, open, due, given_up, resolved, last_message)
                from pgsync.get_failed_items_summary()
                """
            ) == ["chain till data.date 0 0 1 0 no date", "chain till transient 1 1 0 1 y"]
        )
    }
}
