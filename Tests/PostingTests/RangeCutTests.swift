import Postgres
import TestSupport
import Testing

@Suite("A log in one piece", .posting, .timeLimit(.minutes(10)))
struct RangeCutTests {
    let database = TestDatabase.current

    private func findings() async throws -> [String] {
        try await database.lines(
            "select finding || ' ' || severity from pgsync.inspect_ranges() order by finding"
        )
    }

    private func step(_ table: String = "sync_logs") async throws -> String? {
        try await database.value("select pgsync.cut_step('\(table)')")
    }

    @Test("works as before, is told by doctor, and a dump of it too")
    func uncut() async throws {
        try await database.uncut()
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        #expect(try await findings() == ["not_cut warning", "not_cut warning"])
        #expect(try await database.lines("select found from pgsync.inspect_schema()") == [])
        #expect(try await database.value("select pgsync.make_ranges()") == "0")
        #expect(try await database.value("select attempts from pgsync.running_totals()") != nil)
        try await TestDatabase.with { restored in
            #expect(try await database.restore(into: restored))
            #expect(try await restored.post("update bills set amount = 3 where id = 1") == "amended 1")
            try await restored.migrate()
            #expect(try await restored.lines("select finding from pgsync.inspect_ranges()") == [])
            #expect(try await restored.post("update bills set amount = 4 where id = 1") == "amended 1")
            #expect(try await restored.lines("select found from pgsync.inspect_schema()") == [])
        }
    }

    private func bound() async throws -> String? {
        try await database.value(
            "select concat_ws(' ', bound, is_checked) from pgsync.cut_bound('sync_logs')"
        )
    }

    @Test("is cut in steps that can be interrupted, and only forward")
    func steps() async throws {
        try await database.uncut()
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        #expect(try await bound() == "")
        #expect(try await step() == "bounded")
        #expect(try await bound() == "10000001 f")
        #expect(try await findings() == ["not_cut warning", "not_cut warning"])
        #expect(try await step() == "checked")
        #expect(try await step() == "cut")
        #expect(try await step() == "done")
        for expected in ["bounded", "checked", "cut", "done"] {
            #expect(try await step("sync_audit_log") == expected)
        }
        #expect(
            try await database.value(
                "select count(distinct until_id) || ' of ' || count(*) from pgsync.id_ranges"
            )
                == "1 of 2"
        )
        #expect(
            try await database.value(
                "select count(*) from pgsync.sync_log_status where sync_status = 'posted'"
            ) == "1"
        )
    }

    @Test("has a bound that moves before it is reached, by the rate of writers, whatever holds up the cut")
    func movingBound() async throws {
        try await database.uncut()
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        #expect(try await step() == "bounded")
        #expect(try await step() == "checked")
        try await database.connect { holder in
            // A lasting lock on the whole, though not on the part that has the bound.
            try await holder.run("begin; lock table only pgsync.sync_logs in access share mode")
            try await database.run("select setval('pgsync.sync_logs_id_seq', 4000000)")
            #expect(try await step() == "busy")
            #expect(try await findings() == ["not_cut warning", "not_cut warning"])
            // Nobody moves it.
            try await database.run("select setval('pgsync.sync_logs_id_seq', 9000000)")
            #expect(try await findings().contains("bound_left problem"))
            #expect(try await step() == "bounded")
            // From 9 million, twice the 9 million of this day.
            #expect(try await bound() == "26999998 f")
            #expect(try await findings() == ["not_cut warning", "not_cut warning"])
            try await holder.run("commit")
        }
        try await database.run("select setval('pgsync.sync_logs_id_seq', 10000002)")
        #expect(try await database.post("insert into bills (id, amount) values (2, 1)") == "posted 1")
        for expected in ["checked", "cut", "done"] { #expect(try await step() == expected) }
    }

    @Test("is not cut behind a writer, and nobody waits behind the attempt")
    func behindWriter() async throws {
        try await database.uncut()
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        #expect(try await step() == "bounded")
        #expect(try await step() == "checked")
        try await database.connect { writer in
            _ = try await writer.withSession {
                try $0.runScript("begin; insert into bills (id, amount) values (2, 1)")
            }
            #expect(try await step() == "busy")
            #expect(try await database.post("insert into bills (id, amount) values (3, 1)") == "posted 1")
            _ = try await writer.withSession { try $0.runScript("commit") }
        }
        #expect(try await step() == "cut")
    }

    @Test("with a view of somebody else on it stays so, and says which")
    func foreignView() async throws {
        try await database.uncut()
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        try await database.run("create view reported as select outcome from pgsync.sync_audit_log")
        #expect(try await step("sync_audit_log") == "bounded")
        #expect(try await step("sync_audit_log") == "checked")
        try await database.run("grant select on pgsync.sync_audit_log to pgsync_owner")
        let refusal = try await database.refusal(
            of: "set role pgsync_owner; select pgsync.cut_step('sync_audit_log')"
        )
        #expect(
            refusal.message
                == "view public.reported reads sync_audit_log and cannot be created again here"
        )
        #expect(try await database.post("insert into bills (id, amount) values (2, 1)") == "posted 1")
    }

    /// Counts what writers did, and how long the slowest statement took.
    private actor Tally {
        private(set) var isOver = false
        private(set) var written = 0
        private(set) var slowest = Duration.zero

        func add(_ time: Duration) {
            written += 1
            slowest = max(slowest, time)
        }

        func end() { isOver = true }
    }

    @Test("is cut under writers and posters, who lose nothing and wait for nothing")
    func underLoad() async throws {
        let before = Profile.size(20_000, full: 1_000_000)
        try await database.uncut()
        try await database.run(
            "insert into bills (id, amount) select g, g from generate_series(1, \(before)) as g"
        )
        // A statement alone, so that it may commit.
        try await database.run(
            """
            do $$ begin
                while (pgsync.process_batch('test', 500)).claimed > 0 loop commit; end loop;
            end $$
            """
        )
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...4 {
                group.addTask {
                    try await database.connect { connection in
                        var number = 10_000_000 * writer
                        while await !tally.isOver {
                            number += 1
                            let start = ContinuousClock.now
                            _ = try await connection.withSession { [number] in
                                try $0.runScript("insert into bills (id, amount) values (\(number), 1)")
                            }
                            await tally.add(.now - start)
                        }
                    }
                }
            }
            for _ in 1...2 {
                group.addTask {
                    try await database.connect { connection in
                        while await !tally.isOver {
                            _ = try await connection.withSession {
                                try $0.runScript("select pgsync.process_batch('test', 500)")
                            }
                        }
                    }
                }
            }
            try await eventually { await tally.written > 100 }
            try await database.migrate()
            let sofar = await tally.written
            try await eventually { await tally.written > sofar + 100 }
            await tally.end()
            try await group.waitForAll()
        }
        try await database.drain(limit: 500)
        let total = before + (await tally.written)
        #expect(try await findings() == [])
        #expect(try await database.value("select count(*) from pgsync.sync_logs") == "\(total)")
        #expect(
            try await database.value(
                "select count(*) from pgsync.sync_log_status where sync_status = 'posted'"
            )
                == "\(total)"
        )
        #expect(try await database.lines("select found from pgsync.inspect_schema()") == [])
        #expect(try await database.lines("select finding from ledger.inspect_journal()") == [])
        if Profile.isFull {
            let slowest = await tally.slowest
            #expect(slowest < .milliseconds(250))
        }
    }
}
