import Concurrency
import Testing

@testable import PGSyncWorker

@Suite("Observation")
struct ObservationTests {
    @Test("is there with its age, and gone once it is old or somebody else sees to it")
    func age() {
        let time = Locked(ContinuousClock.now)
        let observation = Observation<Int> { time.withLock { $0 } }
        func pass(_ duration: Duration) { time.withLock { $0 += duration } }
        #expect(observation.current == nil)
        observation.note(7, each: .seconds(5))
        pass(.seconds(60))
        #expect(observation.current?.value == 7 && observation.current?.age == .seconds(60))
        pass(.seconds(1))
        #expect(observation.current == nil)
        // What is looked at seldom stays for longer.
        observation.note(8, each: .seconds(100))
        pass(.seconds(300))
        #expect(observation.current?.value == 8)
        pass(.seconds(1))
        #expect(observation.current == nil)
        observation.note(9, each: .seconds(5))
        observation.forget()
        #expect(observation.current == nil)
    }
}
