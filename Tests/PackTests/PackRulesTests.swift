import Testing
import TestSupport

@testable import PGSyncRules

@Suite("The rules of the packs")
struct PackRulesTests {
    @Test("pass every check, their examples included", arguments: Pack.all)
    func pass(_ pack: Pack) throws {
        guard case .failure(let problems) = RuleChecker.check(try pack.ruleFiles(), in: try pack.context())
        else {
            return
        }
        Issue.record("\(problems)")
    }

    @Test("show rows that are posted, rows that are not, and rows that cannot be", arguments: Pack.all)
    func examples(_ pack: Pack) throws {
        for rule in try pack.ruleFiles().flatMap({ Parser.parse($0.text).rules }) {
            var kinds: Set<String> = []
            for example in rule.examples {
                switch example.expectation {
                case .nothing: kinds.insert("nothing")
                case .lines: kinds.insert("lines")
                case .failure: kinds.insert("failure")
                }
            }
            #expect(kinds.count == 3, "\(rule.name.value): \(kinds)")
        }
    }

    @Test("cover every table of the clinic")
    func tables() throws {
        #expect(
            Set(try Pack.clinic.rules().map(\.table)) == [
                "public.consultation_invoices", "public.lab_bills", "public.payments",
                "public.pharmacy_bills",
                "public.pharmacy_returns", "public.refunds", "public.settlements", "public.ultrasound_bills",
            ]
        )
    }

    @Test("can be applied to one ledger together, whose accounts have numbers in one and names in the other")
    func together() throws {
        let charts = try Pack.all.map { try Repository.read("\($0.directory)/chart.csv") }
        let codes = charts.flatMap {
            $0.split(separator: "\n").dropFirst().compactMap { $0.split(separator: ",").first }
        }
        #expect(Set(codes).count == codes.count)
        let names = try Pack.all.flatMap { try $0.rules().map(\.name) }
        #expect(Set(names).count == names.count)
    }

    @Test("post an unknown mode to suspense, once a clinic says so in its map")
    func suspense() throws {
        let files = try Pack.clinic.ruleFiles().filter {
            $0.name.contains("/maps.") || $0.name.contains("/consult")
        }
        let changed = files.map { file in
            RuleFile(
                name: file.name,
                text: file.text
                    .replacing("\n# Who owes", with: "  else -> 1900\n\n# Who owes")
                    .replacing(
                        "fails data.unknown_mode",
                        with:
                            "posts debit 1200 500.00 credit 4000 500.00 debit 1900 500.00 credit 1200 500.00"
                    )
            )
        }
        #expect(changed != files)
        let context = RuleContext(chart: try Pack.clinic.chart())
        #expect(throws: Never.self) { try RuleChecker.check(changed, in: context).get() }
    }
}
