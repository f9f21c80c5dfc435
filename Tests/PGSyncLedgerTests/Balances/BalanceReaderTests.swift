import Days
import Postgres
import Subprocesses
import TestSupport
import Testing

@testable import PGSyncLedger

@Suite("BalanceReader", .ledger, .timeLimit(.minutes(10)))
struct BalanceReaderTests {
    private func read<Result: Sendable>(
        _ body: @Sendable (BalanceReader, Book) throws -> Result
    ) async throws -> Result {
        try await TestDatabase.current.session { session in
            let book = try Book(session)
            return try body(BalanceReader(session, book), book)
        }
    }

    private func post() async throws {
        try await TestDatabase.current.run(
            """
            select ledger.post_entry('2026-04-10', 'INR', 'Sale',
                '[{"account": "1310", "debit": "100.10"}, {"account": "4000", "credit": "100.10"}]');
            select ledger.post_entry('2026-04-12', 'JPY', 'Sale',
                '[{"account": "1310", "debit": 7}, {"account": "4000", "credit": 7}]');
            select ledger.post_entry('2026-05-01', 'INR', 'Refund',
                '[{"account": "4090", "debit": "0.05"}, {"account": "1310", "credit": "0.05", "party": "P1"}]');
            """
        )
    }

    @Test("adds up the trial balance of a day in each currency")
    func trialBalance() async throws {
        try await post()
        let balance = try await read { reader, _ in try reader.trialBalance(at: Day("2026-05-01")) }
        let rows = balance.rows.map {
            "\($0.account) \($0.kind) \($0.currency.code) \($0.debit ?? "-") \($0.credit ?? "-") \($0.balance)"
        }
        #expect(
            rows == [
                "1310 asset INR 100.05 - 100.05", "1310 asset JPY 7 - 7", "4000 income INR - 100.10 -100.10",
                "4000 income JPY - 7 -7", "4090 income INR 0.05 - 0.05",
            ]
        )
        #expect(
            balance.totals.map { "\($0.currency.code) \($0.debit) \($0.credit)" } == [
                "INR 100.10 100.10", "JPY 7 7",
            ]
        )
        #expect(balance.isBalanced)
        let before = try await read { reader, _ in try reader.trialBalance(at: Day("2026-04-09")) }
        #expect(before.rows == [] && before.totals == [] && before.isBalanced)
        let today = try await read { reader, _ in try reader.trialBalance() }
        #expect(try await TestDatabase.current.run("select current_date::text") == ["\(today.day)"])
    }

    @Test("shows when the two sides differ, which only somebody past the rules can bring about")
    func differs() async throws {
        try await post()
        try await TestDatabase.current.run(
            """
            alter table ledger.journal_lines disable trigger all;
            update ledger.journal_lines set amount = amount + 1 where account = '1310' and currency = 'JPY'
            """
        )
        let balance = try await read { reader, _ in try reader.trialBalance(at: Day("2026-05-01")) }
        #expect(!balance.isBalanced)
    }

    @Test("lists every account below its parent, on its normal side")
    func accounts() async throws {
        try await post()
        let lines = try await read { reader, _ in
            try reader.accounts().map { row in
                String(repeating: "-", count: row.depth) + row.account.code
                    + row.amounts.map { " \($0.currency) \($0.balance)" }.joined()
            }
        }
        #expect(
            lines == [
                "1000", "1200", "1300", "-1310 INR 100.05 JPY 7", "--13:10", "2100", "3900",
                "4000 INR 100.10 JPY 7", "-4090 INR 0.05", "6.9_0-x", "9999",
            ]
        )
    }

    @Test("states an account with what was brought forward, for the month unless told otherwise")
    func statement() async throws {
        try await post()
        let statement = try await read { reader, _ in
            try reader.statement(of: "1310", until: Day("2026-05-20"))
        }
        #expect("\(statement.from)" == "2026-05-01")
        #expect(
            statement.lines.map {
                "\($0.date) \($0.currency) \($0.description) \($0.party ?? "-") \($0.balance)"
            } == [
                "2026-05-01 INR Brought forward - 100.10", "2026-05-01 INR Refund P1 100.05",
                "2026-05-01 JPY Brought forward - 7",
            ]
        )
        await #expect(throws: LedgerError.self) {
            try await read { reader, _ in try reader.statement(of: "1311") }
        }
    }

    @Test("writes a trial balance for other programs, and hledger takes it")
    func formats() async throws {
        try await post()
        let (balance, hledger) = try await read { reader, book in
            let balance = try reader.trialBalance(at: Day("2026-04-30"))
            return (balance, balance.hledger(book))
        }
        #expect(
            balance.csv.hasPrefix(
                "account,name,type,currency,debit,credit\r\n1310,'\tQuarantine:  shelf 3:,asset,INR,100.10,\r\n"
            )
        )
        #expect(balance.jsonLines.split(separator: "\n").count == 4)
        #expect(try await Hledger.run("check", "-s", on: hledger).status == .exited(0), "\(hledger)")
        #expect(
            try await Hledger.balances(before: "2026-05-01", in: hledger) == [
                "1310 INR 100.10", "1310 JPY 7", "4000 INR -100.10", "4000 JPY -7",
            ]
        )
    }
}
