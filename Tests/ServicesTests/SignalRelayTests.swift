import Glibc
import Concurrency
import TestSupport
import Testing

@testable import Services

@Suite("Signal relay", .timeLimit(.minutes(10)))
struct SignalRelayTests {
    /// Asks the system whether a signal would do what it does by default.
    private func hasDefaultEffect(_ signal: Signal) -> Bool {
        var action = sigaction()
        unsafe sigaction(signal.rawValue, nil, &action)
        return unsafe action.__sigaction_handler.sa_handler == nil
    }

    @Test("hands a signal to everyone who listens to it, until they stop")
    func handsOn() async throws {
        let signal = Signal(rawValue: 45)
        let relay = try SignalRelay.shared()
        let counts = Locked([0, 0])
        let first = relay.listen(to: [signal]) { _ in counts.withLock { $0[0] += 1 } }
        let second = relay.listen(to: [signal]) { _ in counts.withLock { $0[1] += 1 } }
        kill(getpid(), signal.rawValue)
        try await eventually { counts.withLock { $0 } == [1, 1] }
        relay.stopListening(first)
        #expect(!hasDefaultEffect(signal))
        kill(getpid(), signal.rawValue)
        try await eventually { counts.withLock { $0 } == [1, 2] }
        relay.stopListening(second)
        #expect(hasDefaultEffect(signal))
    }

    @Test("loses none of many signals, whichever thread they hit")
    func losesNone() async throws {
        let signal = Signal(rawValue: 46)
        let relay = try SignalRelay.shared()
        let count = Locked(0)
        let id = relay.listen(to: [signal]) { _ in count.withLock { $0 += 1 } }
        defer { relay.stopListening(id) }
        await withTaskGroup(of: Void.self) { group in
            // Real-time signals queue up instead of merging.
            for _ in 0..<4 { group.addTask { for _ in 0..<100 { kill(getpid(), signal.rawValue) } } }
        }
        try await eventually { count.withLock { $0 } == 400 }
    }
}
