import PGSyncRules
import Testing

@Suite("RuleCompiler")
struct RuleCompilerTests {
    @Test("writes the same function as ever")
    func snapshot() throws {
        let file = RuleFile(name: "sale.rules", text: RuleCheckerTests.sale)
        let rule = try #require(try RuleChecker.check([file], in: RuleContext(chart: .clinic)).get().first)
        let written = RuleCompiler.compile(rule)
        let isSame = written == (try ClinicRules.read("Tests/PGSyncRulesTests/Snapshots/sale_v1.sql"))
        #expect(isSame, "if the change is meant, this is the new snapshot:\n\(written)\n-- end")
    }
}
