import Postgres
import TestSupport
import Testing

@Suite("Reversals", .ledger, .timeLimit(.minutes(10)))
struct ReversalTests {
    private let original = """
        select ledger.post_entry(
            '2026-04-10', 'INR', 'Sale',
            '[{"account": "1200", "debit": "5.00", "party": "P1", "dimensions": {"counter": 2}},
            {"account": "4000", "credit": "5.00"}]'
        );
        """
    private let id = "(select min(id) from ledger.journal_entries)"

    @Test("mirror the original line by line, or are refused", arguments: Intruder.allCases)
    func mirrorOrRefused(_ intruder: Intruder) async throws {
        let database = TestDatabase.current
        let lines = ["(1, '1000', 500, 'INR', 'P1')", "(2, '4000', -500, 'INR', null)"]
        try await database.run(Posting(lines: lines).statement)
        let wrong = [
            ["(1, '1000', 500, 'INR', 'P1')", "(2, '4000', -500, 'INR', null)"],
            ["(1, '1000', -499, 'INR', 'P1')", "(2, '4000', 499, 'INR', null)"],
            ["(1, '1900', -500, 'INR', 'P1')", "(2, '4000', 500, 'INR', null)"],
            ["(1, '1000', -500, 'INR', 'P2')", "(2, '4000', 500, 'INR', null)"],
            ["(1, '1000', -500, 'INR', null)", "(2, '4000', 500, 'INR', null)"],
            [
                "(1, '1000', -500, 'INR', 'P1')", "(2, '4000', 500, 'INR', null)",
                "(3, '1000', 1, 'INR', null)", "(4, '4000', -1, 'INR', null)",
            ],
        ]
        for lines in wrong {
            let posting = Posting(key: "back", purpose: "reversal", reverses: id, lines: lines)
            #expect(try await condition(of: posting.statement, as: intruder) == "PL009", "\(lines)")
        }
        let right = ["(1, '1000', -500, 'INR', 'P1')", "(2, '4000', 500, 'INR', null)"]
        for (posting, expected) in [
            (Posting(key: "back", purpose: "posting", reverses: id, lines: right), "23514"),
            (Posting(key: "back", purpose: "reversal", reverses: "null", lines: right), "23514"),
            (Posting(key: "back", purpose: "reversal", reverses: "424242", lines: right), "PL009"),
            (Posting(key: "back", purpose: "reinstatement", reverses: id, lines: right), "PL009"),
            (Posting(key: "back", purpose: "reversal", reverses: id, lines: right), nil),
            (Posting(key: "twice", purpose: "reversal", reverses: id, lines: right), "23505"),
        ] {
            #expect(try await condition(of: posting.statement, as: intruder) == expected)
        }
    }

    @Test("are complete in all dimensions when made by reverse_entry, and bring everything to zero")
    func reversesWhole() async throws {
        let database = TestDatabase.current
        try await database.run(original)
        try await database.run("select ledger.reverse_entry(\(id), '2026-04-11', 'entered twice')")
        #expect(
            try await database.run("select distinct amount from ledger.balances_at('2026-04-11')") == ["0"]
        )
        let details = try await database.run(
            "select lines -> 0 from ledger.entry_details where description = 'entered twice' and reversed_by is null"
        )
        #expect(
            details == [
                #"{"party": "P1", "credit": "5.00", "account": "1200", "dimensions": {"counter": 2}}"#
            ]
        )
    }

    @Test("happen once, when two want them at the same moment")
    func happenOnce() async throws {
        let database = TestDatabase.current
        try await database.run(original)
        let reverse = "select ledger.reverse_entry(\(id), '2026-04-11', 'entered twice');"
        #expect(try await condition(of: reverse, blockedBy: reverse) == "PL009")
        #expect(
            try await database.run("select count(*) from ledger.journal_entries where reverses is not null")
                == ["1"]
        )
        // And when the first gives up, the second succeeds.
        try await database.run(original)
        let other = reverse.replacing("min(id)", with: "max(id)")
        #expect(try await condition(of: other, blockedBy: other, thenEnded: "rollback") == nil)
    }

    @Test("are themselves reversed only by their name")
    func reinstates() async throws {
        let database = TestDatabase.current
        try await database.run(original)
        try await database.run("select ledger.reverse_entry(\(id), '2026-04-11', 'mistake')")
        let last = "(select max(id) from ledger.journal_entries)"
        let again = "select ledger.reverse_entry(\(last), '2026-04-12', 'was right after all'"
        #expect(try await condition(of: again + ")") == "PL009")
        #expect(try await condition(of: again + ", reinstate => true)") == nil)
        let balance = try await database.run(
            "select balance from ledger.account_balances where account = '1200'"
        )
        #expect(balance == ["5.00"])
    }
}
