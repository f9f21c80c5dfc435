import Services
import TestSupport
import Testing

@Suite("withTimeLimit", .timeLimit(.minutes(1)))
struct TimeLimitTests {
    private struct Failure: Error {}

    @Test("returns what the operation returns, and throws what it throws, in time")
    func inTime() async throws {
        #expect(try await withTimeLimit(.seconds(60)) { 7 } == 7)
        await #expect(throws: Failure.self) { try await withTimeLimit(.seconds(60)) { throw Failure() } }
    }

    @Test("cancels what takes too long, and says so")
    func tooLong() async throws {
        let clock = ManualClock()
        await #expect(throws: ServicesError.timeLimitExceeded(.seconds(5))) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await withTimeLimit(.seconds(5), clock: clock) { try await Shutdown().wait() }
                }
                try await eventually { clock.sleeperCount == 1 }
                clock.advance(by: .seconds(5))
                try await group.waitForAll()
            }
        }
    }

    @Test("is cancelled with the task around it, which is no matter of time")
    func cancelled() async throws {
        let clock = ManualClock()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await withTimeLimit(.seconds(5), clock: clock) { try await Shutdown().wait() }
                }
                try await eventually { clock.sleeperCount == 1 }
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }
}
