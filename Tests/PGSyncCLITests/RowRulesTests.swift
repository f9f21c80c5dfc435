import Arguments
import FoundationEssentials
import JSON
import Testing

@testable import PGSyncCLI

@Suite("Rules that leave currency, account and day to the row, from file to ledger", .timeLimit(.minutes(10)))
struct RowRulesTests {
    private static let rule = """
        use maps from '../shared/roads.rules'

        rule order version 1 on public.orders
          column cents   minor money
          column mode    text
          column account text
          let half = cents / 2 round half even to 2
          date      at
          currency  "currency"
          column "currency" text
          describe  'Order of ' || (at in time zone 'Asia/Kolkata') || ' over ' || cents
          debit   road(mode)        cents
          credit  account(account)  half
          credit  4100              cents - half  skip zero
          column at timestamp
          example 'an odd one, in Lord Howe on the next day'
            given { "cents": 19, "mode": "cash", "account": "4000", "currency": "EUR",
                    "at": "2026-10-03T15:30:00+00:00" }
            posts debit 1000 0.19  credit 4000 0.10  credit 4100 0.09
          example 'a whole one'
            given { "cents": 2, "mode": "cash", "account": "4000", "currency": "KWD", "at": "2026-10-03T15:30:00" }
            posts debit 1000 0.002  credit 4000 0.002
          example 'no such account'
            given { "cents": 2, "mode": "cash", "account": "9999", "currency": "EUR", "at": "2026-10-03T15:30:00" }
            fails rule.no_account

        """

    private func prepare(_ book: RuleBook, _ rule: String) async throws -> String {
        let files = FileManager.default
        for name in ["shop", "shared"] {
            try files.createDirectory(atPath: "\(book.directory)/\(name)", withIntermediateDirectories: true)
        }
        try await book.database.query(
            """
            create table orders (
                id int primary key, cents bigint, mode text, account text, currency text, at timestamptz
            );
            select pgsync.set_configuration('books_time_zone', 'Australia/Lord_Howe');
            """
        )
        try book.write(
            "map road\n  'cash' -> 1000\n\nuse maps from '../shop/order.rules'\n",
            as: "shared/roads"
        )
        return try book.write(rule, as: "shop/order")
    }

    /// A half of a fils cannot be posted, which the example of KWD wants.
    private static let right =
        String(rule.split(separator: "  example 'a whole one'")[0]) + "  example 'no such"
        + String(rule.split(separator: "  example 'no such")[1])

    @Test("use maps of another file, agree in both places, and are kept whole")
    func applied() async throws {
        try await RuleBook.with { book in
            let path = try await prepare(book, Self.right)
            let tested = await book.rules("test", path)
            #expect(tested.exitCode == .success, "\(tested.errors)")
            #expect(tested.output.hasSuffix("2 examples, all passed, in pgsync and in PostgreSQL\n"))
            // The same file by a link is the same file.
            let link = "\(book.directory)/shop/roads.rules"
            try FileManager.default.createSymbolicLink(
                atPath: link,
                withDestinationPath: "\(book.directory)/shared/roads.rules"
            )
            let checked = await book.rules("check", "\(book.directory)/shop")
            #expect(checked.exitCode == .success && checked.errors == "", "\(checked.errors)")
            try FileManager.default.removeItem(atPath: link)
            let applied = await book.rules("apply", path)
            #expect(applied.exitCode == .success, "\(applied.errors)")
            let shown = await book.rules("show", "order")
            #expect(
                shown.output.hasPrefix("map road\n  'cash' -> 1000\n\nrule order version 1"),
                "\(shown.output)"
            )
            #expect(!shown.output.contains("use maps"))
            let again = await book.rules("apply", path)
            #expect(again.exitCode == .success, "\(again.errors)")
            try FileManager.default.removeItem(atPath: "\(book.directory)/shared/roads.rules")
            let lost = await book.rules("check", path)
            #expect(lost.exitCode == .wrongRules)
            #expect(
                lost.errors.contains(
                    ":1:15: error: the maps of ../shared/roads.rules cannot be used: No such file or directory\n"
                )
            )
            #expect(lost.errors.hasSuffix("1 problem in 1 file\n"), "\(lost.errors)")
        }
    }

    @Test("are wrong where an example says what the currency cannot")
    func wrong() async throws {
        try await RuleBook.with { book in
            let checked = await book.rules("check", try await prepare(book, Self.rule))
            #expect(checked.exitCode == .wrongRules)
            #expect(
                checked.errors.contains("the example 'a whole one' has another result"),
                "\(checked.errors)"
            )
        }
    }

    @Test("refuse a zone that there is not, and say which was meant")
    func zone() async throws {
        try await RuleBook.with { book in
            let rule = Self.right.replacing("Asia/Kolkata", with: "Asia/Kolkatta")
            let checked = await book.rules("apply", try await prepare(book, rule))
            #expect(checked.exitCode == .wrongRules)
            #expect(
                checked.errors.contains("error: unknown time zone Asia/Kolkatta\n"),
                "\(checked.errors)"
            )
            #expect(checked.errors.contains("help: did you mean 'Asia/Kolkata'?\n1 problem in 1 file\n"))
        }
    }

    @Test("post on the day of the books, and tell a failure with its column and value")
    func posted() async throws {
        try await RuleBook.with { book in
            let path = try await prepare(book, Self.right)
            _ = await book.rules("apply", path)
            try await book.database.query(
                """
                select pgsync.attach('public.orders');
                select ledger.open_period('2026-10', '2026-10-01', '2026-10-31');
                insert into orders values
                (1, 19, 'cash', '4000', 'EUR', '2026-10-03 13:30+00'),
                (2, 19, 'cash', '4000', 'KWD', '2026-10-03 13:29:59.99+00'),
                (3, 19, 'barter', '4000', 'EUR', '2026-10-03'), (4, 19, 'cash', '9999', 'EUR', '2026-10-03'),
                (5, 19, 'cash', '4000', 'EURO', '2026-10-03'), (6, 19, 'cash', '4000', 'EUR', '2026-11-03');
                select pgsync.process_batch('test', 100);
                """
            )
            // On Lord Howe it is ten hours and a half later than in UTC, until that night.
            let entries = try await book.database.query(
                """
                select concat_ws(' ', entry.record_id, entry.document_date, entry.currency, entry.description, line.amount)
                from ledger.journal_entries as entry
                inner join ledger.journal_lines as line on line.entry_id = entry.id and line.line = 1
                order by 1
                """
            )
            #expect(
                entries == [
                    "1 2026-10-04 EUR Order of 2026-10-03 over 0.19 19",
                    "2 2026-10-03 KWD Order of 2026-10-03 over 0.019 19",
                ]
            )
            let dead = try await book.database.run("dead", "list", "--json").json.array ?? []
            let columns = dead.map {
                "\($0["error_column"]?.string ?? "-"): \($0["error_message"]?.string ?? "-")"
            }
            #expect(
                columns.sorted() == [
                    "-: no open period contains 2026-11-03",
                    "account: the chart has no open account '9999' that needs no party",
                    "currency: unknown currency 'EURO'",
                    "mode: the map road has no entry for this value",
                ],
                "\(dead)"
            )
        }
    }
}
