import Telemetry
import Testing

@Suite("Log timestamp")
struct LogTimestampTests {
    @Test(
        "is written as RFC 3339 in UTC with microseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_250, "2000-02-29T00:00:00.000250Z"),
            (1_740_787_199_000_000, "2025-02-28T23:59:59.000000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        ]
    )
    func isWrittenAsRFC3339(microseconds: Int64, text: String) {
        #expect(LogTimestamp(microsecondsSinceEpoch: microseconds).rfc3339 == text)
    }

    @Test("advances with the system's clock")
    func advances() {
        let before = LogTimestamp.now()
        #expect(before.microsecondsSinceEpoch > 1_700_000_000_000_000)
        #expect(LogTimestamp.now().elapsed(since: before) >= .zero)
    }
}
