import JSON
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncRules

@Suite("Rules that leave currency, account and time zone to the row", .ruleDatabase, .timeLimit(.minutes(10)))
struct RowRulesDatabaseTests {
    /// What the database says of accounts, currencies and time zones.
    private func context() async throws -> RuleContext {
        let database = TestDatabase.current
        try await database.run(
            """
            insert into ledger.accounts (code, name, type, party_required, active) values
            ('1000', 'Cash', 'asset', false, true), ('1100', 'Bank', 'asset', false, true),
            ('1200', 'Customers', 'asset', true, true), ('3999', 'Old capital', 'equity', false, false),
            ('4000', 'Sales', 'income', false, true);
            select pgsync.set_configuration('books_time_zone', 'Australia/Lord_Howe');
            """
        )
        return try await database.session { session in
            let zones = RuleChecker.timeZones(of: [RowRules.file])
            return try session.transaction {
                try RuleStore(session).context(tables: [], timeZones: zones.union(["Australia/Lord_Howe"]))
            }
        }
    }

    @Test(
        "agree with the interpreter on every row",
        arguments: [("row_order", 1_500), ("days", 1_500), ("yen", 500), ("bare", 500)]
    )
    func agree(name: String, usual: Int) async throws {
        let count = Profile.size(usual, full: usual * 5)
        let context = try await context()
        let rules = try RuleChecker.check([RowRules.file], in: context).get()
        let rule = try #require(rules.first { $0.name == name })
        let examples = try Parser.parse(RowRules.file.text).rules.filter { $0.name.value == name }
            .flatMap(\.examples).map { try JSONValue(parsing: $0.row.value) }
        var rows = HostileRows(for: rule, examples: examples, seed: 7)
        let images = (0..<count).map { _ in rows.next() }
        let posted = try await TestDatabase.current.outcomes(of: rule, for: images)
        let evaluator = RuleEvaluator(rule, in: context)
        var kinds: [String: Int] = [:]
        for (image, posted) in zip(images, posted) {
            let row = try JSONValue(parsing: image)
            let outcome = evaluator.evaluate(row)
            kinds[outcome.kind, default: 0] += 1
            let expected = evaluator.summary(of: row, becoming: outcome)
            if posted != expected {
                Issue.record("\(rule.name): \(image)\ninterpreter: \(expected)\ndatabase: \(posted)")
            }
        }
        #expect(posted.count == count)
        #expect(kinds["entry", default: 0] > count / 50, "\(kinds)")
        if name == "row_order" {
            #expect(kinds["rule.no_account"] ?? 0 > 50 && kinds["rule.no_currency"] ?? 0 > 50, "\(kinds)")
        }
        print("\(rule.name): \(kinds.sorted { $0.key < $1.key })")
    }

    @Test("know the changes of clocks to the second, as the server has them")
    func zones() async throws {
        let zones = try await TestDatabase.current.session { session in
            try session.transaction {
                try RuleStore(session).timeZoneOffsets(of: [
                    "Europe/Berlin", "Asia/Kolkata", "Africa/Monrovia", "Mars",
                ])
            }
        }
        #expect(zones.keys.sorted() == ["Africa/Monrovia", "Asia/Kolkata", "Europe/Berlin"])
        let berlin = try #require(zones["Europe/Berlin"])
        // Summer begins on 29 March 2026 at 01:00 UTC and ends on 25 October, and so it goes on.
        #expect([1_774_745_999, 1_774_746_000].map(berlin.offset) == [3_600, 7_200])
        #expect([1_792_889_999, 1_792_890_000].map(berlin.offset) == [7_200, 3_600])
        #expect([4_096_573_199, 4_096_573_200].map(berlin.offset) == [7_200, 3_600])
        #expect(zones["Asia/Kolkata"]?.offset(at: 1_774_746_000) == 19_800)
        // The last country to leave its own seconds behind, on 7 January 1972.
        #expect([63_593_069, 63_593_070].map { zones["Africa/Monrovia"]?.offset(at: $0) } == [-2_670, 0])
    }
}
