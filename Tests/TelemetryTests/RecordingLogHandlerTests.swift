import Telemetry
import Testing

@Suite("Recording log handler")
struct RecordingLogHandlerTests {
    @Test("keeps records in their order, from many tasks")
    func keepsRecords() async {
        let handler = RecordingLogHandler()
        let logger = Logger(handler: handler)
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for step in 0..<50 { logger.info("Step", ["worker": .int(worker), "step": .int(step)]) }
                }
            }
        }
        #expect(handler.records.count == 200)
        let ofFirst = handler.records.filter { $0.metadata["worker"] == 0 }
        #expect(ofFirst.map { $0.metadata["step"] } == (0..<50).map { .int($0) })
    }
}
