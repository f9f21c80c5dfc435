import Concurrency
import Testing

@Suite("Semaphore", .timeLimit(.minutes(1)))
struct SemaphoreTests {
    /// What a closure returns that runs on a thread of its own.
    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) throws -> Latch<
        Value, Never
    > {
        let latch = Latch<Value, Never>()
        let refusal = DetachedThread.start { latch.open(with: .success(body())) }
        try #require(refusal == nil)
        return latch
    }

    @Test("lets as many waits pass as there were signals, and no more")
    func counts() async throws {
        let semaphore = Semaphore()
        semaphore.signal()
        semaphore.signal()
        let passed = try onThread { (1...3).map { _ in semaphore.wait(for: .milliseconds(50)) } }
        #expect(try await passed.wait() == [true, true, false])
    }

    @Test("wakes a thread that waits, long before its time is over")
    func wakes() async throws {
        let semaphore = Semaphore()
        let waits = Latch<Void, Never>()
        let passed = try onThread {
            waits.open()
            return semaphore.wait(for: .seconds(600))
        }
        try await waits.wait()
        semaphore.signal()
        #expect(try await passed.wait())
    }
}
