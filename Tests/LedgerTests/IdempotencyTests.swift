import Postgres
import TestSupport
import Testing

@Suite("Idempotency keys", .ledger, .timeLimit(.minutes(10)))
struct IdempotencyTests {
    private func post(_ amount: String, key: String = "invoice 7") -> String {
        """
        select ledger.post_entry(
            '2026-04-10', 'INR', 'Sale',
            '[{"account": "1000", "debit": \(amount)}, {"account": "4000", "credit": \(amount)}]', '\(key)'
        );
        """
    }

    @Test("give the same entry for the same contents, however they are written")
    func sameContents() async throws {
        let first = try await TestDatabase.current.run(post("\"12.50\""))
        #expect(try await TestDatabase.current.run(post("12.5")) == first)
        #expect(try await TestDatabase.current.run("select count(*) from ledger.journal_entries") == ["1"])
        #expect(try await TestDatabase.current.run(post("12.5", key: "invoice 8")) != first)
    }

    @Test("refuse other contents loudly, also while the first is not finished")
    func otherContents() async throws {
        #expect(try await condition(of: post("12.51"), blockedBy: post("12.50")) == "PL001")
        #expect(try await condition(of: post("12.51")) == "PL001")
        let other = post("1", key: "invoice 9")
        #expect(try await condition(of: other, blockedBy: other) == nil)
        #expect(try await TestDatabase.current.run("select count(*) from ledger.journal_entries") == ["2"])
    }

    @Test("are used once, whoever posts", arguments: Intruder.allCases)
    func usedOnce(_ intruder: Intruder) async throws {
        #expect(try await condition(of: Posting().statement, as: intruder) == nil)
        #expect(try await condition(of: Posting().statement, as: intruder) == "23505")
        let hashless = Posting(key: "other").statement.replacing("'\\x01'", with: "'\\x'")
        #expect(try await condition(of: hashless, as: intruder) == "23514")
        #expect(try await condition(of: Posting(key: "").statement, as: intruder) == "23514")
    }

    @Test("tell a batch which of its entries are there, and refuse it when one was other")
    func batches() async throws {
        let database = TestDatabase.current
        try await database.run(Posting(key: "a").statement)
        let ask =
            "select idempotency_key from ledger.already_posted('{a, b}', array['HASH', '\\x02']::bytea[])"
        try await database.run("set role pgsync_worker; " + ask.replacing("HASH", with: "\\x01"))
        #expect(try await database.run(ask.replacing("HASH", with: "\\x01")) == ["a"])
        #expect(try await condition(of: ask.replacing("HASH", with: "\\x03")) == "PL001")
        #expect(try await condition(of: Posting(key: "a").statement) == "23505")
    }

    @Test("go with amounts that are exact in their currency or not taken")
    func exactAmounts() async throws {
        let cases: [(currency: String, amount: String, minor: String?)] = [
            ("INR", "\"0.01\"", "1"), ("INR", "1234567890123.45", "123456789012345"), ("INR", "1e2", "10000"),
            ("JPY", "150", "150"), ("KWD", "\"1.005\"", "1005"), ("INR", "\"1.10000\"", "110"),
            ("INR", "0.001", nil), ("JPY", "0.5", nil), ("INR", "\"NaN\"", nil), ("INR", "\"Infinity\"", nil),
            ("INR", "-1", nil), ("INR", "\"1e2\"", nil), ("INR", "null", nil), ("INR", "true", nil),
            ("INR", "12345678901234567890", nil),
        ]
        for (number, (currency, amount, minor)) in cases.enumerated() {
            let script = post(amount, key: "case \(number)").replacing("'INR'", with: "'\(currency)'")
            let found = try await condition(of: script)
            #expect(found == (minor == nil ? "PL013" : nil), "\(currency) \(amount)")
            let posted = try await TestDatabase.current.run(
                """
                select max(amount) from ledger.journal_lines
                where entry_id in (select id from ledger.journal_entries where idempotency_key = 'case \(number)')
                """
            )
            #expect(posted == [minor], "\(currency) \(amount)")
        }
        let typo = post("1").replacing(#""account": "1000""#, with: #""acount": "1000""#)
        #expect(try await condition(of: typo) == "PL013")
    }
}
