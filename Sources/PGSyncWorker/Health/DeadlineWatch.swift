import Concurrency

/// The deadlines of all calls in progress in a worker.
final class DeadlineWatch: Sendable {
    private struct State {
        var nextID = 0
        var deadlines: [Int: ContinuousClock.Instant] = [:]
    }

    private let state = Locked(State())

    /// Begins a call that should end within a limit; the token that is returned ends it.
    func begin(within limit: Duration) -> Int {
        state.withLock { state in
            state.nextID += 1
            state.deadlines[state.nextID] = .now + limit
            return state.nextID
        }
    }

    func end(_ id: Int) { state.withLock { _ = $0.deadlines.removeValue(forKey: id) } }

    /// Whether a call has passed its deadline.
    var isOverdue: Bool {
        let now = ContinuousClock.now
        return state.withLock { $0.deadlines.values.contains { $0 < now } }
    }
}
