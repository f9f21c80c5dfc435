import Days
import Testing

@testable import PGSyncRules

@Suite("Days of rules")
struct DaysOfRulesTests {
    @Test("are those of the years 1 to 9999")
    func range() {
        #expect(Day.ofRules.lowerBound.description == "0001-01-01")
        #expect(Day.ofRules.upperBound.description == "9999-12-31")
        #expect(Day(ofRules: "2024-02-29")?.description == "2024-02-29")
        for text in ["10000-01-01", "2026-02-30", "infinity"] { #expect(Day(ofRules: text) == nil) }
    }
}
