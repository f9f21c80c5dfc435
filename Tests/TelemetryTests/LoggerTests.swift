import Concurrency
import Telemetry
import Testing

@Suite("Logger")
struct LoggerTests {
    private let handler = RecordingLogHandler()
    private let time = LogTimestamp(microsecondsSinceEpoch: 1)

    @Test("hands on the sentence, the fields and the injected time")
    func handsOn() {
        let logger = Logger(handler: handler, now: { [time] in time })
        logger.info("Batch posted", ["batch.changes": 100])
        #expect(
            handler.records == [
                LogRecord(time: time, level: .info, message: "Batch posted", metadata: ["batch.changes": 100])
            ]
        )
    }

    @Test("has a method for every level")
    func hasEveryLevel() {
        let logger = Logger(handler: handler, level: .trace)
        logger.trace("1")
        logger.debug("2")
        logger.info("3")
        logger.notice("4")
        logger.warning("5")
        logger.error("6")
        logger.critical("7")
        #expect(handler.records.map(\.level) == LogLevel.allCases)
        #expect(handler.messages == ["1", "2", "3", "4", "5", "6", "7"])
    }

    @Test("neither writes nor computes what is below its level")
    func skipsDisabledLevels() {
        let evaluations = Locked(0)
        func fields() -> LogMetadata {
            evaluations.withLock { $0 += 1 }
            return [:]
        }
        let logger = Logger(handler: handler, level: .warning)
        logger.notice("Skipped", fields())
        #expect(evaluations.withLock { $0 } == 0)
        logger.warning("Written", fields())
        #expect(evaluations.withLock { $0 } == 1)
        #expect(handler.messages == ["Written"])
    }

    @Test("gives its fields and level to children, whose own fields win")
    func givesFieldsToChildren() {
        var parent = Logger(handler: handler, metadata: ["worker.id": "w1", "table": "a"])
        parent.level = .debug
        let child = parent.with(["table": "b", "batch.id": 7])
        child.debug("Claimed", ["batch.id": 8])
        parent.debug("Idle")
        #expect(handler.records.first?.metadata == ["worker.id": "w1", "table": "b", "batch.id": 8])
        #expect(handler.records.last?.metadata == ["worker.id": "w1", "table": "a"])
    }
}
