import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync status and top", .timeLimit(.minutes(10)))
struct StatusCommandTests {
    @Test("shows what each table has waiting, failing and dead, and what ended how")
    func status() async throws {
        try await RuleBook.posting { book in
            try await book.sell(1, 2)
            try await book.database.query(
                """
                insert into fees values (1, 5, 'final', '2026-01-05');
                insert into sales values (3, null, 'final', '2026-01-05');
                """
            )
            try await book.post()
            try await book.database.query("insert into sales values (4, 7, 'final', '2026-01-05')")
            let run = await book.database.run("status", "--json")
            #expect(run.exitCode == .success, "\(run.errors)")
            let json = try run.json
            #expect(json["paused"] == false && json["unfinished"]?["changes"] == 3 && json["dead"] == 2)
            let sources = try #require(json["sources"]?.array)
            #expect(sources.map { $0["table"] } == ["public.fees", "public.sales"])
            #expect(sources[0]["dead"] == 1 && sources[0]["waiting"] == 0 && sources[0]["rules"] == [])
            #expect(
                sources[1]["dead"] == 1 && sources[1]["waiting"] == 1 && sources[1]["rules"] == ["sale@1"]
            )
            #expect(sources[0]["oldest_seconds"] == .null && sources[1]["oldest_seconds"] != .null)
            let outcomes = try #require(json["outcomes"]?.array)
            #expect(outcomes.first { $0["outcome"] == "posted" }?["last_minute"] == 2)
            #expect(outcomes.first { $0["outcome"] == "failed" }?["last_hour"] == 2)
            let failures = try #require(json["failures"]?.array)
            #expect(
                Set(failures.compactMap { $0["error_class"]?.string }) == ["data.missing", "rule.missing"]
            )

            let text = await book.database.run("status").output
            #expect(text.contains(/public\.sales +1 +0 +1 +\d+ s +sale@1/), "\(text)")
            #expect(text.contains("dead         2 dead letters; to see them: pgsync dead list"))
            #expect(text.contains("waiting      1 change, the oldest for "))
            #expect(text.contains("last hour    2 posted, 2 failed"))
            #expect(!text.contains("reconciled"))
            #expect(text.contains("on, but no worker is running"))
        }
    }

    @Test("says that posting is paused, and which table")
    func paused() async throws {
        try await RuleBook.posting { book in
            _ = await book.database.run("pause")
            _ = await book.database.run("pause", "sales")
            let text = await book.database.run("status").output
            #expect(text.contains("PAUSED; to continue: pgsync resume"))
            #expect(text.contains(/public\.sales .* paused for \d+ s/))
        }
    }

    @Test("tells a worker that is alive from one that is silent")
    func workers() async throws {
        try await RuleBook.posting { book in
            try await book.database.query(
                """
                insert into pgsync.sync_workers (name, host, pid, version, posters, figures)
                values ('gone', 'h', 7, '1', 2, '{"finished": 12, "connected_posters": 1, "breaker": "open"}');
                insert into pgsync.sync_workers (name, host, pid, version, posters, lives_by)
                values ('pooled', 'h', 8, '1', 1, 'heartbeat');
                """
            )
            let workers = try #require(try await book.database.run("status", "--json").json["workers"]?.array)
            #expect(workers.map { $0["worker"] } == ["gone", "pooled"])
            #expect(workers.map { $0["state"] } == ["silent", "running"])
            #expect(workers[0]["finished"] == 12 && workers[0]["connected_posters"] == 1)
            #expect(workers[0]["breaker"] == "open" && workers[1]["breaker"] == .null)
        }
    }

    @Test("says of numbers above its limits that they are the least, and estimates the whole")
    func limits() async throws {
        try await RuleBook.posting { book in
            try await book.database.query(
                "insert into sales select g, 1, 'final', '2026-01-05' from generate_series(1, 30) as g"
            )
            #expect(
                try await book.database.query(
                    "select concat_ws(' ', waiting, is_capped) from pgsync.backlog(10) where table_name = 'public.sales'"
                ) == ["11 t"]
            )
            #expect(
                try await book.database.query("select is_estimate::text from pgsync.queue_size(10)") == [
                    "true"
                ]
            )
            #expect(
                try await book.database.query("select changes::text from pgsync.queue_size(30)") == ["30"]
            )
            try await book.post()
            #expect(
                try await book.database.query(
                    "select concat_ws(' ', last_hour, is_hour_capped) from pgsync.recent_outcomes(10) limit 1"
                ) == ["11 t"]
            )
        }
    }

    @Test("reads for a worker and a reader, and a stranger is told what to do")
    func rights() async throws {
        try await RuleBook.posting { book in
            try await book.database.withRole { role in
                #expect(await book.database.run("status", as: role).exitCode == .notPermitted)
                try await book.database.query("grant pgsync_reader to \(role)")
                #expect(await book.database.run("status", as: role).exitCode == .success)
                try await book.database.query(
                    "revoke pgsync_reader from \(role); grant pgsync_worker to \(role)"
                )
                let run = await book.database.run("status", as: role)
                #expect(run.exitCode == .success, "\(run.errors)")
            }
        }
    }

    @Test("top shows one reading with rates where there is no terminal")
    func top() async throws {
        try await RuleBook.posting { book in
            let run = await book.database.run("top", "--interval", "200ms")
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(run.output.contains(/^now +captured 0\/s, attempts/), "\(run.output)")
            let json = try await book.database.run("top", "--json", "--interval", "200ms").json
            #expect(json["captured_per_second"] != nil && json["sources"]?.array?.count == 2)
        }
    }

    @Test("a screen that is too short shows first what needs a person, and says how much is hidden")
    func order() async throws {
        try await RuleBook.posting { book in
            try await book.database.query(
                """
                insert into sales values (1, null, 'final', '2026-01-05');
                insert into pgsync.sync_workers (name, host, pid, version, posters, lives_by)
                values ('till', 'h', 8, '1', 1, 'heartbeat');
                """
            )
            try await book.post()
            let view = TopView(status: try await book.database.status(), previous: nil)
            let whole = view.screen(columns: 80, rows: 24)
            let parts = try ["data.missing", "till", "public.sales  "].map {
                try #require(whole.firstRange(of: $0))
            }
            #expect(parts[0].lowerBound < parts[1].lowerBound && parts[1].lowerBound < parts[2].lowerBound)
            #expect(!whole.contains("more line"))
            let short = view.screen(columns: 80, rows: 19)
            #expect(short.contains("till") && !short.contains("public.fees"))
            #expect(short.contains(/\d more lines?: pgsync status; q: quit/), "\(short)")
        }
    }

    @Test("a screen has as many lines as the terminal, none longer than it is wide")
    func screen() async throws {
        try await RuleBook.posting { book in
            let status = try await book.database.status()
            for (columns, rows) in [(80, 24), (30, 5), (20, 1)] {
                let screen = TopView(status: status, previous: nil).screen(columns: columns, rows: rows)
                let lines = screen.split(separator: "\u{1B}[K\r\n", omittingEmptySubsequences: false)
                #expect(lines.count == rows)
                #expect(lines.allSatisfy { $0.count <= columns })
            }
        }
    }

    @Test(
        "says ages and numbers as people do",
        arguments: [
            (Duration.seconds(59), "59 s"), (.seconds(61), "1 m 1 s"), (.seconds(3_700), "1 h 1 m"),
            (.seconds(90_000), "1 d 1 h"), (.seconds(-5), "0 s"),
        ]
    )
    func words(duration: Duration, text: String) {
        #expect(duration.roughly == text)
        #expect(1_234_567.grouped == "1,234,567" && (-1_000).grouped == "-1,000" && 12.grouped == "12")
        #expect(0.0.short == "0" && 0.01.short == "<0.1" && 2.25.short == "2.3" && 12_345.6.short == "12,346")
    }
}
