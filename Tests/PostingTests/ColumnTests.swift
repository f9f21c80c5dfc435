import Postgres
import TestSupport
import Testing

@Suite("A column that rules read", .posting, .timeLimit(.minutes(5)))
struct ColumnTests {
    @Test("is renamed without anything being taken back, before and after its source is renewed")
    func renamed() async throws {
        let database = TestDatabase.current
        _ = try await database.post("insert into bills (id, amount) values (1, 10), (2, 20)")
        try await database.run(
            "alter table bills rename amount to total; alter table bills rename id to number"
        )
        _ = try await database.post("update bills set total = 11 where number = 1")
        #expect(try await database.outcomes() == ["1 posted", "2 posted", "1 amended"])
        let steps = try await database.lines("select pgsync.reattach('bills')")
        #expect(steps.first?.hasPrefix("created function") == true)
        #expect(try await database.lines("select found from pgsync.inspect_capture()") == [])
        _ = try await database.post(
            "update bills set total = 21 where number = 2; insert into bills (number, total) values (3, 30)"
        )
        #expect(
            try await database.outcomes() == ["1 posted", "2 posted", "1 amended", "2 amended", "3 posted"]
        )
        #expect(try await database.lines("select checks.faults()") == [])
    }

    @Test("is dropped: what needs it fails, what is posted stays, and the source is not renewed without it")
    func dropped() async throws {
        let database = TestDatabase.current
        _ = try await database.post("insert into bills (id, amount) values (1, 10)")
        let before = try await database.standing()
        try await database.run("alter table bills drop amount; update bills set note = 'changed'")
        _ = try await database.post(isolate: true)
        #expect(try await database.standing() == before)
        #expect(
            try await database.value("select count(*) from pgsync.sync_audit_log where outcome = 'reversed'")
                == "0"
        )
        #expect(
            try await database.value("select data -> 'amount' from pgsync.sync_logs order by id desc limit 1")
                == #"{"column": "dropped"}"#
        )
        #expect(
            try await database.value("select count(*) from pgsync.sync_queue where error_class is not null")
                == "1"
        )
        let refusal = try await database.refusal(of: "select pgsync.reattach('bills')")
        #expect(refusal.message.contains("would be captured without amount, which rules in force read"))
    }

    @Test("gives its name to another column: the source says so and goes on with what it had")
    func swapped() async throws {
        let database = TestDatabase.current
        _ = try await database.post("insert into bills (id, amount) values (1, 10)")
        try await database.run(
            "alter table bills rename amount to total; alter table bills add amount numeric default 5"
        )
        _ = try await database.post("update bills set total = 12")
        #expect(try await database.outcomes() == ["1 posted", "1 amended"])
        #expect(
            try await database.value(
                "select data ->> 'amount' from pgsync.sync_logs order by id desc limit 1"
            ) == "12"
        )
        let refusal = try await database.refusal(of: "select pgsync.reattach('bills')")
        #expect(refusal.message.contains("has a new column amount whose name is used for another column"))
    }
}
