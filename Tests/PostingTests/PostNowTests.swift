import Postgres
import TestSupport
import Testing

@Suite("post_now", .posting, .timeLimit(.minutes(2)))
struct PostNowTests {
    let database = TestDatabase.current

    @Test("gives the entry within the transaction that made the change, and takes it back with it")
    func within() async throws {
        let now = "select pgsync.post_now('bills', '1')"
        try await database.run("begin; insert into bills (id, amount) values (1, 1); \(now); rollback")
        #expect(try await database.value("select count(*) from ledger.journal_entries") == "0")
        let found = try await database.session { session in
            _ = try session.runScript("begin; insert into bills (id, amount) values (1, 1)")
            let found = try session.runScript(now).onlyRow().decode(0, as: Int?.self)
            _ = try session.runScript("update bills set amount = 2")
            let again = try session.runScript(now).onlyRow().decode(0, as: Int?.self)
            _ = try session.runScript("commit")
            return [found, again]
        }
        #expect(
            try await database.lines(
                "select id from ledger.journal_entries where reverses is null order by change_id"
            ).map { Int($0) } == found
        )
        #expect(try await database.outcomes() == ["1 posted", "1 amended"])
        #expect(try await database.post() == "nothing")
        try await database.expectNoFaults()
    }

    @Test("is null for what is left in the queue, with the reason in the audit, and for what posts nothing")
    func null() async throws {
        #expect(
            try await database.value(
                "insert into bills (id) values (1); select pgsync.post_now('bills', '1')"
            ) == nil
        )
        #expect(
            try await database.lines("select error_class || ' ' || worker from pgsync.sync_audit_log") == [
                "data.missing pgsync"
            ]
        )
        #expect(
            try await database.value(
                "insert into bills (id, amount, account) values (2, 2, 'none'); select pgsync.post_now('bills', '2')"
            ) == nil
        )
        #expect(
            try await database.value(
                "insert into bills (id, amount, status) values (3, 3, 'draft'); select pgsync.post_now('bills', '3')"
            ) == nil
        )
        #expect(try await database.value("select pgsync.post_now('bills', '99')") == nil)
        #expect(try await database.value("select pgsync.post_now('bills', null)") == nil)
        #expect(try await database.outcomes() == ["1 failed", "2 failed", "3 unchanged"])
        try await database.expectNoFaults()
    }

    @Test("posts what others have changed and nobody has posted, and gives what stands when nothing waits")
    func others() async throws {
        try await database.run(
            "insert into bills (id, amount) values (1, 1); update bills set amount = 2; insert into bills (id, amount) values (2, 5)"
        )
        #expect(
            try await database.value("select pgsync.post_now('bills', '1')")
                == database.value("select pgsync.post_now('bills', '1')")
        )
        #expect(try await database.outcomes() == ["1 superseded", "1 posted", "2 pending"])
        try await database.expectNoFaults()
    }

    @Test("has nothing to do with a TRUNCATE")
    func truncate() async throws {
        _ = try await database.post("insert into bills (id, amount) values (1, 1)")
        #expect(try await database.value("truncate bills; select pgsync.post_now('bills', '')") == nil)
        #expect(try await database.post() == "reversed 1")
        try await database.expectNoFaults()
    }

    @Test("waits for a worker that has the record in hand, and a worker passes over what it has in hand")
    func workers() async throws {
        let database = database
        try await database.run("insert into bills (id, amount) values (1, 1)")
        try await database.connect { worker in
            try await worker.withSession {
                _ = try $0.runScript("begin; select pgsync.process_batch('test')")
            }
            async let entry = database.value(
                "update bills set amount = 2; select pgsync.post_now('bills', '1')"
            )
            try await eventually {
                try await database.value(
                    "select count(*) from pg_stat_activity where wait_event = 'advisory' and datname = current_database()"
                ) == "1"
            }
            try await worker.withSession { _ = try $0.runScript("commit") }
            #expect(try await entry == database.value("select id from checks.standing"))
        }
        try await database.connect { caller in
            try await caller.withSession {
                _ = try $0.runScript(
                    "begin; update bills set amount = 3; select pgsync.post_now('bills', '1')"
                )
            }
            #expect(try await database.post("insert into bills (id, amount) values (2, 2)") == "posted 1")
            try await caller.withSession { _ = try $0.runScript("commit") }
        }
        #expect(try await database.outcomes() == ["1 posted", "1 amended", "1 amended", "2 posted"])
        try await database.expectNoFaults()
    }
}
