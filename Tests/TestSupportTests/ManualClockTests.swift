import Concurrency
import TestSupport
import Testing

@Suite("Manual clock", .timeLimit(.minutes(10)))
struct ManualClockTests {
    @Test("wakes sleepers when their time has come and not before")
    func wakesSleepersOnTime() async throws {
        let clock = ManualClock()
        let woken = Locked<[Int]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seconds in [1, 2] {
                group.addTask {
                    try await clock.sleep(for: .seconds(seconds))
                    woken.withLock { $0.append(seconds) }
                }
            }
            try await eventually { clock.sleeperCount == 2 }
            clock.advance(by: .milliseconds(999))
            #expect(clock.sleeperCount == 2)
            clock.advance(by: .milliseconds(1))
            #expect(clock.sleeperCount == 1)
            try await group.next()
            #expect(woken.withLock { $0 } == [1])
            clock.advance(by: .seconds(1))
            try await group.waitForAll()
        }
        #expect(woken.withLock { $0 } == [1, 2])
    }

    @Test("does not sleep towards a moment that has passed")
    func doesNotSleepTowardsThePast() async throws {
        let clock = ManualClock()
        let start = clock.now
        clock.advance(by: .seconds(1))
        try await clock.sleep(until: start, tolerance: nil)
        #expect(start.duration(to: clock.now) == .seconds(1))
    }

    @Test("lets go of a sleeper that is cancelled, before or during its sleep")
    func letsGoOfACancelledSleeper() async throws {
        let clock = ManualClock()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await clock.sleep(for: .seconds(1)) }
            await #expect(throws: Never.self) { try await eventually { clock.sleeperCount == 1 } }
            group.cancelAll()
            group.addTask { try await clock.sleep(for: .seconds(1)) }
            while let result = await group.nextResult() {
                #expect(throws: CancellationError.self) { try result.get() }
            }
        }
        #expect(clock.sleeperCount == 0)
    }
}
