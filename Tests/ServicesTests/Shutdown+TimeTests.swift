import Concurrency
import TestSupport
import Testing

@testable import Services

@Suite("Shutdown and time", .timeLimit(.minutes(10)))
struct ShutdownTimeTests {
    private let shutdown = Shutdown()
    private let clock = ManualClock()

    /// Runs an operation as a child and returns its result after `body` has had its way with the task group.
    private func child<Success: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Success,
        body: (_ cancel: () -> Void) async throws -> Void
    ) async throws -> Result<Success, any Error>? {
        try await withThrowingTaskGroup(of: Success.self) { group in
            group.addTask { try await operation() }
            try await body { group.cancelAll() }
            return await group.nextResult()
        }
    }

    @Test("sleeps until the time has passed")
    func sleepsUntilTimeHasPassed() async throws {
        let result = try await child { [shutdown, clock] in
            try await shutdown.sleep(for: .seconds(60), clock: clock)
        } body: { _ in
            try await eventually { clock.sleeperCount == 1 }
            clock.advance(by: .seconds(60))
        }
        #expect(try result?.get() == false)
        #expect(shutdown.waiterCount == 0)
    }

    @Test("wakes at the request and leaves no sleeper behind")
    func wakesAtTheRequest() async throws {
        let result = try await child { [shutdown, clock] in
            try await shutdown.sleep(for: .seconds(60), clock: clock)
        } body: { _ in
            try await eventually { clock.sleeperCount == 1 && shutdown.waiterCount == 1 }
            shutdown.request()
        }
        #expect(try result?.get() == true)
        #expect(clock.sleeperCount == 0)
    }

    @Test("wakes at cancellation with an error")
    func wakesAtCancellation() async throws {
        let result = try await child { [shutdown, clock] in
            try await shutdown.sleep(for: .seconds(60), clock: clock)
        } body: { cancel in
            try await eventually { clock.sleeperCount == 1 && shutdown.waiterCount == 1 }
            cancel()
        }
        #expect(throws: CancellationError.self) { try result?.get() }
        #expect(clock.sleeperCount == 0)
        #expect(shutdown.waiterCount == 0)
    }

    @Test("does not sleep after the request")
    func doesNotSleepAfterTheRequest() async throws {
        shutdown.request()
        #expect(try await shutdown.sleep(for: .seconds(60), clock: clock))
    }

    @Test("cancels an operation when the grace period after the request is over, and not before")
    func cancelsAfterTheGracePeriod() async throws {
        let isCancelled = Locked(false)
        let result = try await child { [shutdown, clock] in
            try await shutdown.withGracePeriod(.seconds(10), clock: clock) {
                do { try await Shutdown().wait() } catch { isCancelled.withLock { $0 = true } }
                return "late"
            }
        } body: { _ in
            try await eventually { shutdown.waiterCount == 1 }
            clock.advance(by: .seconds(100))
            shutdown.request()
            try await eventually { clock.sleeperCount == 1 }
            clock.advance(by: .seconds(9))
            #expect(!isCancelled.withLock { $0 })
            clock.advance(by: .seconds(1))
        }
        #expect(try result?.get() == "late")
        #expect(isCancelled.withLock { $0 })
    }

    @Test("returns the result of an operation that ends in time, and stops watching")
    func returnsInTime() async throws {
        let result = try await child { [shutdown, clock] in
            try await shutdown.withGracePeriod(.seconds(10), clock: clock) {
                try await shutdown.wait()
                return 7
            }
        } body: { _ in
            try await eventually { shutdown.waiterCount == 2 }
            shutdown.request()
        }
        #expect(try result?.get() == 7)
        #expect(clock.sleeperCount == 0)
    }

    @Test("hands on the error of an operation")
    func handsOnTheError() async {
        await #expect(throws: Refused.self) {
            try await shutdown.withGracePeriod(.seconds(10), clock: clock) { throw Refused() }
        }
        #expect(shutdown.waiterCount == 0)
    }

    @Test("cancels an operation together with its surroundings")
    func cancelsWithItsSurroundings() async throws {
        let result = try await child { [shutdown, clock] in
            try await shutdown.withGracePeriod(.seconds(10), clock: clock) { try await Shutdown().wait() }
        } body: { cancel in
            try await eventually { shutdown.waiterCount == 1 }
            cancel()
        }
        #expect(throws: CancellationError.self) { try result?.get() }
    }
}
