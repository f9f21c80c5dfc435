import PGSyncRules
import Testing

@Suite("CalendarDate")
struct CalendarDateTests {
    @Test("reads days of the calendar", arguments: ["2026-01-31", "2024-02-29", "2000-02-29", "0001-01-01"])
    func reads(_ text: String) {
        #expect(CalendarDate(text)?.description == text)
    }

    @Test(
        "refuses all else",
        arguments: [
            "2026-02-30", "1900-02-29", "0000-01-01", "2026-1-05", "2026-13-01", "infinity", "2026-01-05 ",
        ]
    )
    func refuses(_ text: String) {
        #expect(CalendarDate(text) == nil)
    }
}
