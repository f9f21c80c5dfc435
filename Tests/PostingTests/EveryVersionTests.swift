import Postgres
import TestSupport
import Testing

@Suite("Where every version counts", .posting, .timeLimit(.minutes(2)))
struct EveryVersionTests {
    let database = TestDatabase.current
    private static let versions = """
        insert into moves (id, amount) values (1, 1); update moves set amount = 2; update moves set amount = 3;
        """
    private static let waiting = """
        select concat_ws(' ', log_id, sync_status, error_class, case when scheduled_at = 'infinity' then 'later' when scheduled_at is not null then 'soon' end)
        from pgsync.sync_queue order by log_id
        """

    /// Batches until nothing more is done, as words.
    private func postAll(limit: Int = 100) async throws -> [String] {
        var told: [String] = []
        while let one = try await database.post(limit: limit), one != "nothing", told.count < 50 {
            told.append(one)
        }
        return told
    }

    @Test("each is posted, in order, one after the other", arguments: [1, 2, 100])
    func inOrder(limit: Int) async throws {
        try await database.run(
            Self.versions + "delete from moves; insert into moves (id, amount) values (1, 9)"
        )
        _ = try await postAll(limit: limit)
        #expect(
            try await database.outcomes("moves") == [
                "1 posted", "1 amended", "1 amended", "1 reversed", "1 posted",
            ]
        )
        #expect(
            try await database.lines(
                "select change_id || ' ' || purpose from ledger.journal_entries order by id, purpose"
            )
            .sorted() == [
                "1 posting", "2 posting", "2 reversal", "3 posting", "3 reversal", "4 reversal", "5 posting",
            ]
        )
        try await database.expectNoFaults()
    }

    @Test("the others of a batch are left where the next look begins")
    func left() async throws {
        try await database.run(Self.versions)
        #expect(
            try await database.lines(
                "select concat_ws(' ', claimed, posted, left_waiting, first_left, next_mark) from pgsync.process_batch('test', 100)"
            ) == ["3 1 2 2 2"]
        )
    }

    private func fail() async throws {
        #expect(
            try await database.post(
                "insert into moves (id, amount, account) values (1, 1, '9999')",
                isolate: true
            ) == "failed 1"
        )
        #expect(
            try await database.post(
                "update moves set account = '4000', amount = 2; update moves set amount = 3; insert into moves (id, amount) values (2, 2)"
            ) == "posted 1, deferred 1, left 1"
        )
        #expect(try await database.post() == "deferred 1")
        #expect(try await database.post("update moves set amount = 4 where id = 1") == "deferred 1")
        #expect(
            try await database.lines(Self.waiting) == [
                "1 failed ledger.account", "2 pending blocked later", "3 pending blocked later",
                "5 pending blocked later",
            ]
        )
        #expect(try await database.post() == "nothing")
        try await database.expectNoFaults()
    }

    @Test("what comes after a failure waits until that is skipped")
    func skipped() async throws {
        try await fail()
        #expect(try await database.value("select pgsync.skip_changes('{1}', 'entered twice')") == "1")
        #expect(try await postAll() == ["posted 1", "amended 1", "amended 1"])
        #expect(
            try await database.outcomes("moves") == [
                "1 skipped", "1 posted", "1 amended", "2 posted", "1 amended",
            ]
        )
        try await database.expectNoFaults()
    }

    @Test(
        "what comes after a failure waits until that succeeds, whoever comes meanwhile",
        arguments: [1, 2, 100]
    )
    func retried(limit: Int) async throws {
        try await fail()
        try await database.run(
            """
            update ledger.accounts set active = true where code = '9999';
            select pgsync.retry_changes(); update moves set amount = 5 where id = 1;
            """
        )
        _ = try await postAll(limit: limit)
        #expect(try await database.lines("select count(*) from pgsync.sync_queue") == ["0"])
        #expect(
            try await database.lines(
                "select distinct on (log_id) log_id || ' ' || outcome from pgsync.sync_audit_log order by log_id, attempt desc"
            )
                == ["1 posted", "2 amended", "3 amended", "4 posted", "5 amended", "6 amended"]
        )
        try await database.expectNoFaults()
    }

    @Test("one that waits can be skipped, too, and those behind it still wait")
    func skippedBetween() async throws {
        try await fail()
        #expect(try await database.value("select pgsync.skip_changes('{2}', 'not wanted')") == "1")
        #expect(try await postAll() == ["deferred 1"])
        #expect(try await database.value("select pgsync.skip_changes('{1}', 'not wanted')") == "1")
        #expect(try await postAll() == ["posted 1", "amended 1"])
        try await database.expectNoFaults()
    }

    @Test("a table that was emptied lets go of what has failed and of what waits behind it")
    func truncated() async throws {
        try await fail()
        try await database.run("truncate moves; insert into moves (id, amount) values (1, 7)")
        _ = try await postAll()
        #expect(try await database.standing("moves") == ["1: 2026-04-10 Bill, 1200 7 INR P-1, 4000 -7 INR"])
        #expect(try await database.lines(Self.waiting) == [])
        try await database.expectNoFaults()
    }

    @Test("after a pause they go on in order, before what came later", arguments: [1, 2, 4, 100])
    func paused(limit: Int) async throws {
        try await database.run("select pgsync.pause('moves');" + Self.versions)
        #expect(try await database.post() == "deferred 3")
        try await database.run(
            "select pgsync.resume('moves'); update moves set amount = 4; update moves set amount = 5"
        )
        _ = try await postAll(limit: limit)
        #expect(
            try await database.outcomes("moves") == [
                "1 posted", "1 amended", "1 amended", "1 amended", "1 amended",
            ]
        )
        try await database.expectNoFaults()
    }

    @Test("post_now posts all that wait of the record, in order, or as many as it can")
    func postNow() async throws {
        try await database.run(Self.versions + "insert into moves (id, amount) values (2, 2)")
        #expect(
            try await database.value(
                "begin; update moves set amount = 4 where id = 1; select pgsync.post_now('moves', '1') is not null; commit; select true"
            )
                == "t"
        )
        #expect(
            try await database.outcomes("moves") == [
                "1 posted", "1 amended", "1 amended", "2 pending", "1 amended",
            ]
        )
        #expect(
            try await database.value(
                "update moves set amount = null where id = 1; update moves set amount = 8 where id = 1; select pgsync.post_now('moves', '1')"
            ) == nil
        )
        #expect(try await database.outcomes("moves").suffix(2) == ["1 failed", "1 pending"])
        try await database.expectNoFaults()
    }
}
