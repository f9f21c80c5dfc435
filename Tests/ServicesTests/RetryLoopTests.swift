import Services
import TestSupport
import Testing

@Suite("Retry loop", .timeLimit(.minutes(1)))
struct RetryLoopTests {
    private let shutdown = Shutdown()
    private let loop = RetryLoop(
        Backoff(initial: .milliseconds(1), cap: .milliseconds(4), jitter: .none)
    )

    @Test("pauses longer after each error, and begins anew after a turn that achieved something")
    func pauses() async throws {
        var (turns, pauses) = (0, [Duration]())
        let result = try await loop.run(until: shutdown) { _, pause in
            pauses.append(pause)
        } turn: { backoff -> RetryLoop.Turn<String> in
            turns += 1
            if turns == 5 { backoff.reset() }
            guard turns < 6 else { return .done("done") }
            throw Refused()
        }
        #expect(result == "done")
        #expect(pauses == [1, 2, 4, 4, 1].map { .milliseconds($0) })
    }

    @Test("ends with the error that no other turn would cure")
    func endsWithAnError() async throws {
        await #expect(throws: Refused.self) {
            try await loop.run(until: shutdown) { error, _ in
                throw error
            } turn: { _ -> RetryLoop.Turn<Void> in
                throw Refused()
            }
        }
    }

    @Test("takes no other turn once the shutdown is requested, and no pause where none is needed")
    func stops() async throws {
        let loop = RetryLoop(Backoff(initial: .seconds(3_600), cap: .seconds(3_600), jitter: .none))
        var turns = 0
        let result: Void? = try await loop.run(until: shutdown) { _, _ in
        } turn: { _ in
            turns += 1
            guard turns == 3 else { return .again(atOnce: true) }
            shutdown.request()
            return .again()
        }
        #expect(result == nil)
        #expect(turns == 3)
    }
}
