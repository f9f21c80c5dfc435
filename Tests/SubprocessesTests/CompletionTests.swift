import Testing

@testable import Subprocesses

@Suite("Completion", .timeLimit(.minutes(10)))
struct CompletionTests {
    @Test("gives its first value to all who wait, before and after")
    func givesItsFirstValueToAll() async throws {
        let completion = Completion<Int>()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try await completion.wait() } }
            group.addTask { await completion.waitIgnoringCancellation() }
            completion.complete(with: 1)
            completion.complete(with: 2)
            for try await value in group { #expect(value == 1) }
        }
        #expect(try await completion.wait() == 1)
    }

    @Test("lets a cancelled task go, however late or early the cancellation comes")
    func letsACancelledTaskGo() async throws {
        let completion = Completion<Int>()
        for _ in 0..<100 {
            await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await completion.wait() }
                await Task.yield()
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
        }
    }
}
