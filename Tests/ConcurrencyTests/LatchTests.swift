import Concurrency
import Testing

@Suite("Latch", .timeLimit(.minutes(10)))
struct LatchTests {
    private struct Failure: Error {}

    @Test("gives its first value to all who wait, before and after")
    func givesItsFirstValueToAll() async throws {
        let latch = Latch<Int, Never>()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await latch.wait() } }
            group.addTask { await latch.waitIgnoringCancellation() }
            latch.open(with: .success(1))
            latch.open(with: .success(2))
            for try await value in group { #expect(value == 1) }
        }
        #expect(try await latch.wait() == 1)
        #expect(latch.waiterCount == 0)
    }

    @Test("lets a cancelled task go, however late or early the cancellation comes")
    func letsACancelledTaskGo() async throws {
        let latch = Latch<Int, Never>()
        for _ in 0..<100 {
            await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await latch.wait() }
                await Task.yield()
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
        }
    }

    @Test("keeps tasks waiting again once it is closed")
    func closes() async throws {
        let latch = Latch<Void, Never>()
        latch.open()
        try await latch.wait()
        latch.close()
        #expect(!latch.isOpen)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await latch.wait() }
            while latch.waiterCount == 0 { await Task.yield() }
            latch.open()
            try await group.next()
        }
    }

    @Test("keeps an error for all who wait, even once it was open or is closed")
    func fails() async throws {
        let latch = Latch<Void, any Error>()
        latch.open()
        latch.open(with: .failure(Failure()))
        latch.close()
        latch.open()
        await #expect(throws: Failure.self) { try await latch.wait() }
    }
}
