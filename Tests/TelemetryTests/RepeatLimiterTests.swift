import Testing

@testable import Telemetry

@Suite("Repeat limiter")
struct RepeatLimiterTests {
    private func record(
        _ message: String,
        at second: Int64,
        level: LogLevel = .warning,
        attempt: Int = 0
    ) -> LogRecord {
        LogRecord(
            time: LogTimestamp(microsecondsSinceEpoch: second * 1_000_000),
            level: level,
            message: message,
            metadata: ["attempt": .int(attempt)]
        )
    }

    private func summary(of record: LogRecord, repeated: Int) -> LogRecord {
        LogRecord(
            time: record.time,
            level: record.level,
            message: record.message,
            metadata: record.metadata.merging(["log.repeated": .int(repeated)])
        )
    }

    @Test("writes the first of a kind and sums up the rest when the window has ended")
    func sumsUp() {
        var limiter = RepeatLimiter(window: .seconds(10), minimumLevel: .warning)
        let first = record("Away", at: 0, attempt: 0)
        #expect(limiter.admit(first) == [first])
        for attempt in 1...312 {
            #expect(limiter.admit(record("Away", at: 9, attempt: attempt)).isEmpty)
        }
        let next = record("Away", at: 10, attempt: 313)
        #expect(
            limiter.admit(next) == [summary(of: record("Away", at: 9, attempt: 312), repeated: 312), next]
        )
    }

    @Test("writes no summary when nothing was repeated")
    func writesNoEmptySummary() {
        var limiter = RepeatLimiter(window: .seconds(10), minimumLevel: .warning)
        let records = [record("Away", at: 0), record("Away", at: 10), record("Away", at: 20)]
        for record in records { #expect(limiter.admit(record) == [record]) }
        #expect(limiter.finish().isEmpty)
    }

    @Test("tells kinds apart by level and by sentence")
    func tellsKindsApart() {
        var limiter = RepeatLimiter(window: .seconds(10), minimumLevel: .warning)
        let kinds = [record("Away", at: 0), record("Away", at: 1, level: .error), record("Refused", at: 2)]
        for record in kinds { #expect(limiter.admit(record) == [record]) }
    }

    @Test("lets lower levels pass, and these bring due summaries with them")
    func letsLowerLevelsPass() {
        var limiter = RepeatLimiter(window: .seconds(10), minimumLevel: .warning)
        _ = limiter.admit(record("Away", at: 0))
        let last = record("Away", at: 1)
        _ = limiter.admit(last)
        let early = record("Posted", at: 2, level: .info)
        #expect(limiter.admit(early) == [early])
        #expect(limiter.admit(early) == [early])
        let late = record("Posted", at: 11, level: .info)
        #expect(limiter.admit(late) == [summary(of: last, repeated: 1), late])
    }

    @Test("ends a window when the clock is set back")
    func endsWindowWhenClockIsSetBack() {
        var limiter = RepeatLimiter(window: .seconds(10), minimumLevel: .warning)
        _ = limiter.admit(record("Away", at: 1_000))
        let earlier = record("Away", at: 5)
        #expect(limiter.admit(earlier) == [earlier])
        #expect(limiter.admit(record("Away", at: 6)).isEmpty)
    }

    @Test("hands out all counts at the end, oldest first, and starts anew")
    func handsOutAllCounts() {
        var limiter = RepeatLimiter(window: .seconds(10), minimumLevel: .warning)
        for second: Int64 in 0...2 { _ = limiter.admit(record("Late", at: second)) }
        for second: Int64 in 0...1 { _ = limiter.admit(record("Early", at: second)) }
        #expect(
            limiter.finish() == [
                summary(of: record("Early", at: 1), repeated: 1),
                summary(of: record("Late", at: 2), repeated: 2),
            ]
        )
        #expect(limiter.finish().isEmpty)
        let fresh = record("Late", at: 3)
        #expect(limiter.admit(fresh) == [fresh])
    }

    @Test("keeps the output bounded however many records come")
    func keepsOutputBounded() {
        var limiter = RepeatLimiter(window: .seconds(60), minimumLevel: .warning)
        var written = 0
        // An hour with ten failures a second.
        for tenth in 0..<36_000 { written += limiter.admit(record("Away", at: Int64(tenth / 10))).count }
        #expect(written == 60 + 59)
    }
}
