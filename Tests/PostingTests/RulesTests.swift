import Postgres
import TestSupport
import Testing

@Suite("Rules of a table", .posting, .timeLimit(.minutes(2)))
struct RulesTests {
    let database = TestDatabase.current

    @Test("post together: each its entry, amended together and taken back together")
    func together() async throws {
        _ = try await database.post("insert into bills (id, amount, fee) values (1, 100, 5)")
        #expect(try await database.post("update bills set fee = 6") == "amended 1")
        #expect(
            try await database.standing() == [
                "1: 2026-04-10 Bill, 1200 100 INR P-1, 4000 -100 INR",
                "1: 2026-04-10 Fee, 1000 6 INR, 4100 -6 INR",
            ]
        )
        #expect(try await database.post("update bills set fee = null") == "amended 1")
        #expect(try await database.standing().count == 1)
        #expect(try await database.post("update bills set fee = 7") == "amended 1")
        #expect(try await database.post("delete from bills") == "reversed 1")
        #expect(try await database.standing() == [])
        try await database.expectNoFaults()
    }

    @Test("fail together when one of them does, and post nothing", arguments: ["amount = null", "fee = -1"])
    func failTogether(change: String) async throws {
        _ = try await database.post("insert into bills (id, amount, fee) values (1, 100, 5), (2, 1, 1)")
        #expect(try await database.post("update bills set \(change) where id = 1") == "failed 1")
        #expect(
            try await database.lines(
                "select error_column from pgsync.sync_audit_log where outcome = 'failed'"
            )
                == [String(change.prefix { $0 != " " })]
        )
        #expect(try await database.standing().count == 4)
        #expect(
            try await database.value(
                "select count(*) from pgsync.sync_audit_log where outcome = 'failed' and entry_ids is not null"
            )
                == "0"
        )
        try await database.expectNoFaults()
        #expect(
            try await database.post("update bills set amount = 90, fee = 4 where id = 1")
                == "amended 1, superseded 1"
        )
        try await database.expectNoFaults()
    }

    @Test("of which one fails for its period alone post nothing, either")
    func failsForPeriod() async throws {
        #expect(
            try await database.post(
                "insert into bills (id, amount, fee, day) values (1, 100, 5, '2027-01-01')"
            )
                == "failed 1"
        )
        try await database.expectNoFaults()
    }

    @Test("are the version for the day on the document, also when that day changes")
    func versions() async throws {
        _ = try await database.post(
            "insert into bills (id, amount, day) values (1, 1, '2026-06-30'), (2, 2, '2026-07-01')"
        )
        try await database.run(
            "set role pgsync_owner; select pgsync.add_rule('bill', 2, 'public.bills', '2026-07-01')"
        )
        let rules = "select record_id || ' ' || rule from checks.standing order by record_id"
        #expect(
            try await database.post(
                "insert into bills (id, amount, day) values (3, 3, '2026-06-30'), (4, 4, '2026-07-01')"
            ) == "posted 2"
        )
        #expect(try await database.lines(rules) == ["1 bill@1", "2 bill@1", "3 bill@1", "4 bill@2"])
        #expect(try await database.post("update bills set day = day + 1") == "amended 4")
        #expect(try await database.lines(rules) == ["1 bill@2", "2 bill@2", "3 bill@2", "4 bill@2"])
        #expect(try await database.post("update bills set day = '2026-01-31'") == "amended 4")
        #expect(try await database.lines(rules) == ["1 bill@1", "2 bill@1", "3 bill@1", "4 bill@1"])
        #expect(try await database.standing()[0] == "1: 2026-01-31 Bill, 1200 1 INR P-1, 4000 -1 INR")
        try await database.expectNoFaults()
    }

    @Test("that come later post what has waited for them")
    func missing() async throws {
        #expect(try await database.post("insert into notes values (1, 1), (2, 2)") == "failed 2")
        try await database.run(
            """
            set role pgsync_owner;
            do $$begin execute replace(pg_get_functiondef('pgsync.rule_bill_v1'::regproc), 'rule_bill_v1', 'rule_note_v1'); end$$;
            select pgsync.add_rule('note', 1, 'public.notes'); reset role;
            """
        )
        #expect(try await database.value("select pgsync.retry_changes(error_class => 'rule.missing')") == "2")
        #expect(try await database.post() == "unchanged 2")
        try await database.expectNoFaults()
    }
}
