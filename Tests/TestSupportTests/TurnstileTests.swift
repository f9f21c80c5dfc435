import Concurrency
import Testing

@testable import TestSupport

@Suite("Turnstile")
struct TurnstileTests {
    @Test("lets in as many as there are places, and everybody in the end")
    func limits() async throws {
        let turnstile = Turnstile(places: 3)
        let inside = Locked((now: 0, most: 0, total: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await turnstile.pass {
                        inside.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.total + 1) }
                        await Task.yield()
                        inside.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.withLock { $0 } == (0, 3, 50))
    }
}
