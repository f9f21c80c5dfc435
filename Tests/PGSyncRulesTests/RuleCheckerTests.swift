import PGSyncRules
import Testing

@Suite("RuleChecker")
struct RuleCheckerTests {
    /// A small rule that is right, for tests to spoil.
    static let sale = """
        map road
          'cash' -> 1000
          'card' -> 1150

        rule sale version 1 on shop.sales
          column total money
          column tax money
          column mode text
          column state text
          column day date
          column items list (price money)
          when      state = 'final'
          date      day
          currency  'INR'
          describe  'Sale'
          debit   road(mode)  total
          credit  4300        total - tax
          credit  2100        tax / 2 exactly  skip zero
          credit  2101        tax / 2 exactly  skip zero
          example 'a sale'
            given { "total": "118.00", "tax": "18.00", "mode": "cash", "state": "final", "day": "2026-01-05" }
            posts debit 1000 118.00  credit 4300 100.00  credit 2100 9.00  credit 2101 9.00
        """

    private func problems(_ text: String) -> String {
        let files = [RuleFile(name: "sale.rules", text: text)]
        guard case .failure(let problems) = RuleChecker.check(files, in: RuleContext(chart: .clinic)) else {
            return ""
        }
        return problems.description
    }

    private func problems(replacing part: String, by other: String) throws -> String {
        let range = try #require(Self.sale.firstRange(of: part))
        return problems(Self.sale.replacingCharacters(in: range, with: other))
    }

    @Test("accepts a rule that is right")
    func accepts() {
        #expect(problems(Self.sale) == "")
    }

    @Test("shows the place of a mistake with a caret and what was probably meant")
    func caret() throws {
        #expect(
            try problems(replacing: "4300        total", by: "4301        totl") == """
                sale.rules:17:11: error: unknown account 4301
                 17 |   credit  4301        totl - tax
                    |           ^^^^
                  help: did you mean 4300 (Pharmacy sales taxable)?
                sale.rules:17:23: error: shop.sales has no column totl
                 17 |   credit  4301        totl - tax
                    |                       ^^^^
                  help: did you mean total?
                """
        )
    }

    @Test(
        "explains each mistake",
        arguments: [
            ("road(mode)", "raod(mode)", "unknown map raod"),
            ("road(mode)", "3999", "the account 3999 (Old capital) is closed"),
            ("road(mode)", "1200", "the account 1200 (Patient receivable) needs a party"),
            ("road(mode)", "road(total)", "the map road is for texts, and this is money"),
            ("state = 'final'", "state", "'when' must be true or false, and this is a text"),
            ("state = 'final'", "state = 5", "a text and a number cannot be compared"),
            ("state = 'final'", "state = null", "nothing equals null"),
            (
                "state = 'final'", "state < 'x'",
                "only numbers, money and dates have an order, and this is a text"
            ),
            ("state = 'final'", "day > '2026-02-30'", "'2026-02-30' is not a day of the calendar"),
            ("total - tax", "total * tax", "money cannot be multiplied by money"),
            (
                "total - tax", "total - mode",
                "only numbers and money can be calculated with, and this is a text"
            ),
            ("total - tax", "items", "items is a list"),
            ("total - tax", "i.price", "i is not the element of a list here"),
            ("tax / 2 exactly", "tax / 2", "a division must say how to round"),
            ("tax / 2 exactly", "tax / 0 exactly", "a divisor is a whole number from 1 to 999999"),
            ("tax / 2 exactly", "sqrt(tax)", "unknown function sqrt"),
            ("tax money", "tax mony", "unknown type mony"),
            ("version 1", "version 0", "a version is a whole number from 1"),
            ("'INR'", "'INRR'", "unknown currency INRR"),
            ("  date      day\n", "", "the rule sale lacks a line 'date'"),
            ("date      day", "date      total", "'date' must be a date, and this is money"),
            ("posts debit 1000 118.00", "posts debit 1000 119.00", "the example 'a sale' does not balance"),
            ("\"mode\": \"cash\"", "\"mode\": \"gold\"", "the example 'a sale' has another result"),
            (
                "\"mode\": \"cash\"", "\"mod\": \"cash\"",
                "the row of 'a sale' has a column mod, which shop.sales lacks"
            ),
            ("\"mode\": \"cash\"", "\"mode\" \"cash\"", "the row is not JSON: expected ':'"),
            ("debit   road", "debt   road", "a line cannot begin with 'debt'"),
            ("'Sale'", "'Sale", "a text lacks its closing quote (')"),
            ("'card' -> 1150", "'cash' -> 1150", "'cash' is in the map twice: road"),
        ]
    )
    func explains(_ part: String, _ other: String, _ message: String) throws {
        let found = try problems(replacing: part, by: other)
        #expect(found.contains("error: \(message)\n"), "\(found)")
    }

    @Test("shows what an unbalanced rule posts")
    func unbalanced() throws {
        #expect(
            try problems(replacing: "total - tax", by: "total") == """
                sale.rules:20:11: error: the example 'a sale' has another result
                 20 |   example 'a sale'
                    |           ^^^^^^^^
                  help: debits and credits differ (rule.unbalanced): \
                debit 1000 118.00 credit 4300 118.00 credit 2100 9.00 credit 2101 9.00
                """
        )
    }

    @Test("reports several mistakes in one go, in the order of the lines")
    func several() throws {
        let text = Self.sale.split(separator: "\n").map {
            $0.contains("debit   ")
                ? "  debit   9999  total" : $0.contains("date  ") ? "  date  dya" : String($0)
        }.joined(separator: "\n")
        let found = problems(text)
        #expect(found.contains("has no column dya") && found.contains("unknown account 9999"), "\(found)")
    }

    // MARK: Sets of rules

    private func pair(_ first: String, _ second: String, _ more: String = "") -> String {
        let other = Self.sale.split(separator: "\n").dropFirst(3).joined(separator: "\n")
            .replacing("rule sale", with: "rule other").replacing(
                "on shop.sales",
                with: "on shop.sales\(more)"
            )
        return Self.sale.replacing("state = 'final'", with: first) + "\n"
            + other.replacing("state = 'final'", with: second)
    }

    @Test(
        "accepts two rules for a table when no row can match both",
        arguments: [
            ("state = 'final'", "state in ('paid', 'due')"), ("state = 'final'", "state <> 'final'"),
            ("state = 'final' and total > 0", "state = 'final' and total <= 0"),
            ("state in ('final', 'paid') and total = 1", "not (state in ('final', 'paid'))"),
            ("state = 'final' and day is null or state = 'final'", "state is null"),
        ]
    )
    func disjoint(_ first: String, _ second: String) {
        #expect(!problems(pair(first, second)).contains("may be posted by both"))
    }

    @Test(
        "refuses two rules that may both post a row",
        arguments: [
            ("state = 'final'", "state in ('paid', 'final')"), ("state = 'final'", "total > 0"),
            ("total > 0", "total >= 0"), ("state = 'final' or total = 1", "state = 'paid'"),
        ]
    )
    func overlap(_ first: String, _ second: String) {
        let found = problems(pair(first, second))
        #expect(
            found.contains("error: a row of shop.sales may be posted by both sale and other\n"),
            "\(found)"
        )
        #expect(!problems(pair(first, second, " together with sale")).contains("may be posted by both"))
    }

    @Test("refuses a version that is there already")
    func duplicate() {
        let text = pair("state = 'final'", "state = 'paid'").replacing("rule other", with: "rule sale")
        #expect(problems(text).contains("error: there are two rules sale version 1\n"))
    }
}

extension String {
    func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
