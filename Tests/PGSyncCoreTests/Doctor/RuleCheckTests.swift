import PGSyncCore
import Testing

@Suite("Check of rules")
struct RuleCheckTests {
    private func findings(_ faults: [RuleFinding]) -> [Finding] {
        Check.findings(.sound { $0.rules = .known(ServerFacts.Rules(inForce: 2, findings: faults)) })
            .filter { $0.topic == .rules }
    }

    @Test("says how many are in force when all is well")
    func sound() {
        let found = findings([])
        #expect(found.map(\.verdict) == [.ok("2 rules in force")])
    }

    @Test("lists every fault with what it means and its remedy", arguments: Severity.allCases)
    func faults(severity: Severity) throws {
        let fault = RuleFinding(
            subject: "sale@1",
            kind: "not_attached",
            severity: severity,
            found: "its table is not attached",
            meaning: "Nothing is posted.",
            remedy: "pgsync attach sales"
        )
        let found = try #require(findings([fault]).last)
        #expect(found.id == "rules.not_attached" && found.severity == max(severity, .note))
        #expect(found.verdict.found == "sale@1: its table is not attached")
        #expect(
            found.verdict.meaning == "Nothing is posted." && found.verdict.remedy == "pgsync attach sales"
        )
    }
}
