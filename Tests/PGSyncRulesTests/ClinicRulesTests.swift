import PGSyncRules
import Testing

@Suite("The rules of the clinic")
struct ClinicRulesTests {
    @Test("pass every check, their examples included")
    func pass() throws {
        switch RuleChecker.check(try ClinicRules.files(), in: RuleContext(chart: .clinic)) {
        case .success(let rules):
            #expect(
                rules.map(\.name) == [
                    "consultation", "pharmacy_bill", "lab_bill", "ultrasound_bill", "payment", "refund",
                    "pharmacy_return", "settlement",
                ]
            )
        case .failure(let problems):
            Issue.record("\(problems)")
        }
    }
}
