import Testing

@testable import PGSyncLedger

@Suite("LedgerDay")
struct LedgerDayTests {
    @Test(
        "takes the days of the calendar and writes them back",
        arguments: [
            "2026-04-30", "2024-02-29", "2000-02-29", "0001-01-01", "12026-12-31",
        ]
    )
    func takesDays(text: String) {
        #expect(LedgerDay(text)?.description == text)
    }

    @Test(
        "takes nothing else",
        arguments: [
            "2026-04-31", "2026-02-29", "1900-02-29", "2026-00-01", "2026-13-01", "2026-4-1", "26-04-01",
            "2026-04-01 ",
            "", "infinity", "2026-04-0x", "2026-04-٠١", "0044-03-15 BC", "-2026-04-01", "0000-01-01",
        ]
    )
    func refuses(text: String) {
        #expect(LedgerDay(text) == nil)
    }

    @Test("comes in order")
    func order() throws {
        let days = try ["2026-04-02", "2026-05-01", "2027-01-01", "12026-01-01"].map {
            try #require(LedgerDay($0))
        }
        #expect(days.sorted() == days && days.reversed().sorted() == days)
    }
}
