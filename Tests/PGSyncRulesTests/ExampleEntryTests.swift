import Testing

@testable import PGSyncRules

@Suite("The day and the currency that an example says")
struct ExampleEntryTests {
    private static func problem(_ expected: String) -> RuleProblem? {
        let text = RuleCheckerTests.sale.replacing("posts debit", with: "posts \(expected) debit")
        let files = [RuleFile(name: "sale.rules", text: text)]
        return RuleChecker.report(on: files, in: RuleContext(chart: .clinic)).allProblems.first
    }

    @Test(
        "count where they are written",
        arguments: ["", "date '2026-01-05'", "currency 'INR'", "date '2026-01-05' currency 'INR'"]
    )
    func right(expected: String) {
        #expect(Self.problem(expected) == nil)
    }

    @Test(
        "are shown where they are others",
        arguments: [
            ("date '2026-01-06'", "it posts date '2026-01-05' debit"),
            ("currency 'EUR'", "it posts currency 'INR' debit"),
            ("date '2026-01-05' currency 'EUR'", "it posts date '2026-01-05' currency 'INR' debit"),
        ]
    )
    func wrong(expected: String, shown: String) {
        let found = Self.problem(expected)
        #expect(found?.message == "the example 'a sale' has another result")
        #expect(found?.help?.hasPrefix(shown) == true, "\(found?.help ?? "")")
    }

    @Test("are told where they are no day or no text")
    func unreadable() {
        #expect(Self.problem("date '2026-02-30'")?.message == "'2026-02-30' is not a day of the calendar")
        #expect(
            Self.problem("currency INR")?.message
                == "expected a currency in quotes, such as 'INR', found 'INR'"
        )
    }
}
