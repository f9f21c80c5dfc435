import Postgres
import TestSupport
import Testing

@Suite("What a batch takes", .posting, .timeLimit(.minutes(2)))
struct FairnessTests {
    let database = TestDatabase.current

    /// How many changes that wait for a time, and how many others, one batch of 20 takes.
    private func taken(limit: Int = 20) async throws -> String? {
        try await database.value(
            """
            begin;
            select concat_ws(' ', count(*) filter (where queue.scheduled_at is not null), count(*) filter (where queue.scheduled_at is null))
            from pgsync.claim_changes(\(limit)) as claimed
            cross join unnest(claimed.claims || claimed.suspects) as claim
            inner join pgsync.sync_queue as queue on queue.log_id = claim.log_id
            """
        )
    }

    private func write(due: Int, fresh: Int) async throws {
        try await database.run(
            """
            insert into bills (id, amount) select g, g from generate_series(1, \(due)) as g;
            update pgsync.sync_queue set scheduled_at = now();
            insert into bills (id, amount) select g, g from generate_series(1001, \(1000 + fresh)) as g
            """
        )
    }

    @Test(
        "is full where there is enough of either kind, and half of it for each where there is enough of both",
        arguments: [
            (100, 0, "20 0"), (0, 100, "0 20"), (100, 100, "10 10"), (3, 100, "3 17"), (100, 3, "17 3"),
        ]
    )
    func shares(due: Int, fresh: Int, expected: String) async throws {
        try await write(due: due, fresh: fresh)
        #expect(try await taken() == expected)
    }

    @Test("is of one kind or the other in turn where it takes one change alone")
    func ones() async throws {
        try await write(due: 200, fresh: 200)
        var seen: Set<String?> = []
        for _ in 1...100 where seen.count < 2 { seen.insert(try await taken(limit: 1)) }
        #expect(seen == ["1 0", "0 1"])
    }

    @Test("is in the order of the changes where many were told to be tried again at once")
    func order() async throws {
        _ = try await database.post("insert into bills (id) select g from generate_series(1, 50) as g")
        try await database.run(
            "update pgsync.sync_queue set retry_count = 0, scheduled_at = now() where retry_count >= max_retries"
        )
        #expect(
            try await database.value(
                "select array_agg(claim.log_id) = array(select generate_series(1, 20)::bigint) from pgsync.claim_changes(20) as claimed cross join unnest(claimed.claims) as claim"
            ) == "t"
        )
    }

    @Test(
        "a change that made a batch fail does not make another fail when it is tried again, and is still found bad"
    )
    func suspects() async throws {
        try await database.run(
            """
            create function public.fail() returns trigger language plpgsql as $$begin raise exception 'for a test'; end$$;
            create trigger fail after insert on ledger.journal_lines for each row when (new.amount = 66) execute function public.fail();
            insert into bills (id, amount) values (1, 1), (2, 66), (3, 3);
            """
        )
        #expect(try await database.refusal(of: "select pgsync.process_batch('test')").message == "for a test")
        #expect(try await database.post(isolate: true) == "posted 2, failed 1")
        try await database.run(
            "select pgsync.retry_changes(); insert into bills (id, amount) values (4, 4), (5, 5)"
        )
        #expect(try await database.post() == "posted 2, failed 1")
        #expect(
            try await database.lines(
                "select error_class || ' ' || attempt from pgsync.sync_audit_log where outcome = 'failed' order by 1"
            ) == ["unexpected 1", "unexpected 2"]
        )
        // A later change of the record in the same batch settles it.
        try await database.run("select pgsync.retry_changes(); update bills set amount = 7 where id = 2")
        #expect(try await database.post() == "posted 1, superseded 1, failed 1")
        try await database.expectNoFaults()
    }

    @Test("a look for one table reads past the changes of others once, and no more than a part at a time")
    func boundedLook() async throws {
        try await database.run(
            """
            insert into notes select g, 1 from generate_series(1, 21000) as g;
            insert into bills (id, amount) values (1, 1)
            """
        )
        try await database.run("vacuum analyze pgsync.sync_queue")
        let look =
            "select concat_ws(' ', claimed, posted, next_mark, is_cut) from pgsync.process_batch('test', 10, %, '{bills}')"
        func batch(_ mark: Int) async throws -> String? {
            try await database.value(look.replacing("%", with: "\(mark)"))
        }
        #expect(try await batch(0) == "0 0 20001 t")
        #expect(try await batch(20001) == "1 1 21002 f")
        #expect(try await batch(21002) == "0 0 21002 f")
        #expect(
            try await database.value(
                "select concat_ws(' ', oldest, seen_through) from pgsync.survey_queue(0, '{bills}')"
            )
                == "20000"
        )
        let buffers = try await database.session { session in
            var found = 0
            for _ in 1...2 {
                let plan = try session.runScript(
                    "explain (analyze, buffers, timing off, format json) select pgsync.claim_changes(200, 21002, '{bills}')"
                ).onlyRow().decode(0, as: String.self)
                found = try #require(plan.split(separator: "\n").first { $0.contains("Shared Hit Blocks") })
                    .filter(\.isNumber).reduce(0) { $0 * 10 + (Int(String($1)) ?? 0) }
            }
            return found
        }
        #expect(buffers < 100)
    }

    @Test("no slot is taken of a change that is not wanted, be it due or not", arguments: [true, false])
    func foreignSlots(areDue: Bool) async throws {
        try await database.run("insert into notes select g, 1 from generate_series(1, 50) as g")
        if areDue {
            try await database.run("update pgsync.sync_queue set scheduled_at = now() - interval '1 hour'")
        }
        try await database.run("insert into bills (id, amount) values (1, 1)")
        if areDue {
            try await database.run("update pgsync.sync_queue set scheduled_at = now() where log_id = 51")
        }
        for call in [
            "select pgsync.begin_careful('test', 0, '{bills}', false)",
            "select pgsync.process_batch('test', 10, 0, '{bills}')",
        ] {
            // The session before may still be ending.
            try await eventually {
                try await database.value(
                    "select count(*) from pg_locks where locktype = 'advisory' and classid = 1886876532"
                )
                    == "0"
            }
            #expect(
                try await database.value(
                    """
                    begin; \(call);
                    select count(*) from pg_locks where locktype = 'advisory' and classid = 1886876532 and pid = pg_backend_pid()
                    """
                ) == "1",
                "\(call)"
            )
        }
    }

    @Test("a survey tells when the next change is due, of those that wait for a time")
    func nextDue() async throws {
        try await database.run("insert into bills (id, amount) values (1, 1), (2, 2), (3, 3)")
        let due = "select due_in_seconds from pgsync.survey_queue()"
        #expect(try await database.value(due) == nil)
        try await database.run("update pgsync.sync_queue set scheduled_at = 'infinity'")
        #expect(try await database.value(due) == nil)
        try await database.run(
            "update pgsync.sync_queue set scheduled_at = now() + log_id * interval '1 hour'"
        )
        #expect(
            try await database.value("select due_in_seconds between 3500 and 3600 from pgsync.survey_queue()")
                == "t"
        )
    }

    @Test("changes of a paused table wait for it to be resumed, whether they were met or not")
    func paused() async throws {
        try await database.run(
            """
            insert into bills (id, amount) values (1, 1), (2, 2); insert into moves (id, amount) values (1, 1);
            select pgsync.pause('bills')
            """
        )
        let counts = "select concat_ws(' ', ready, scheduled, paused) from pgsync.waiting_counts()"
        #expect(try await database.value(counts) == "1 0 2")
        #expect(try await database.post() == "posted 1, deferred 2")
        #expect(try await database.value(counts) == "0 0 2")
        #expect(
            try await database.value(
                "select concat_ws(' ', ready, paused) from pgsync.waiting_counts('{moves}')"
            ) == "0 0"
        )
    }
}
