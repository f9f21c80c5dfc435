import Days
import Testing

@testable import PGSyncRules

@Suite("Sets of rule files")
struct RuleTermsTests {
    @Test("have maps of their own, and all their rules are held against one another")
    func sets() throws {
        let rule = RuleCheckerTests.sale.split(separator: "\n\n").dropFirst().joined(separator: "\n\n")
        let cash = "map road\n  'cash' -> 1000\n  'card' -> 1150\n\n"
        let other = "map road\n  'cash' -> 1000\n  'card' -> 1100\n\n"
        let second = rule.replacing("rule sale version 1", with: "rule fee version 1")
            .replacing("shop.sales", with: "shop.fees").replacing("debit 1150", with: "debit 1100")
        func found(_ files: [RuleFile]) -> [String] {
            RuleChecker.report(on: files, in: RuleContext(chart: .clinic)).allProblems.map(\.message)
        }
        let files = [
            RuleFile(name: "a.rules", text: cash + rule, terms: RuleTerms(set: 0)),
            RuleFile(name: "b.rules", text: other + second, terms: RuleTerms(set: 1)),
        ]
        #expect(found(files) == [])
        let together = files.map { RuleFile(name: $0.name, text: $0.text) }
        #expect(found(together).contains("there are two maps named road"))
        let apart = [
            RuleFile(name: "a.rules", text: rule, terms: RuleTerms(set: 0)),
            RuleFile(name: "maps.rules", text: cash, terms: RuleTerms(set: 1)),
        ]
        #expect(found(apart).contains { $0.contains("road") })
        let twice = [files[0], RuleFile(name: "c.rules", text: cash + rule, terms: RuleTerms(set: 1))]
        #expect(found(twice) == ["there are two rules sale version 1"])
    }

    @Test("have days of their own, also those that end what is applied")
    func days() throws {
        let sale = RuleCheckerTests.sale
        let other = sale.replacing("rule sale", with: "rule other")
        var context = RuleContext(chart: .clinic)
        context.today = Day("2026-05-01")
        func found(_ files: [(String, from: String?, until: String?)]) -> [String] {
            let files = files.enumerated().map { index, file in
                RuleFile(
                    name: "\(index).rules",
                    text: file.0,
                    terms: RuleTerms(
                        set: index,
                        from: file.from.flatMap(Day.init(_:)),
                        until: file.until.flatMap(Day.init(_:))
                    )
                )
            }
            return RuleChecker.report(on: files, in: context).allProblems.map(\.message)
        }
        let both = "a row of shop.sales may be posted by both sale and other"
        #expect(found([(sale, nil, nil), (other, "2026-04-01", nil)]) == [both])
        #expect(found([(sale, nil, "2026-04-01"), (other, "2026-04-01", nil)]) == [])

        let rule = try #require(
            try RuleChecker.check([RuleFile(name: "x", text: sale)], in: context).get().first
        )
        context.applied = [AppliedRule(name: rule.name, version: rule.version, content: rule.content)]
        #expect(found([(other, "2026-04-01", nil)]) == [both])
        #expect(found([(sale, nil, "2026-04-01"), (other, "2026-04-01", nil)]) == [])
    }
}
