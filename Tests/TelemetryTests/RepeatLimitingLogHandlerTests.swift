import Concurrency
import Telemetry
import Testing

@Suite("Repeat limiting log handler")
struct RepeatLimitingLogHandlerTests {
    @Test("loses no repetition, whichever task logs it")
    func losesNoRepetition() async {
        let recording = RecordingLogHandler()
        let handler = RepeatLimitingLogHandler(recording)
        let logger = Logger(handler: handler, now: { LogTimestamp(microsecondsSinceEpoch: 0) })
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<100 { logger.error("Server is away") } }
            }
        }
        logger.info("Still here")
        logger.info("Still here")
        #expect(recording.messages == ["Server is away", "Still here", "Still here"])
        handler.flush()
        #expect(recording.messages.last == "Server is away")
        #expect(recording.records.last?.metadata == ["log.repeated": 399])
    }

    @Test("says how often a sentence was repeated once its window has passed")
    func saysHowOften() {
        let recording = RecordingLogHandler()
        let time = Locked<Int64>(0)
        let logger = Logger(
            handler: RepeatLimitingLogHandler(recording, window: .seconds(1)),
            now: { LogTimestamp(microsecondsSinceEpoch: time.withLock { $0 }) }
        )
        for _ in 0..<3 { logger.warning("Server is away") }
        time.withLock { $0 = 1_000_000 }
        logger.info("Server is back")
        #expect(recording.messages == ["Server is away", "Server is away", "Server is back"])
        #expect(recording.records.map { $0.metadata["log.repeated"] } == [nil, 2, nil])
    }
}
