import Locking

/// By when each thing that is under way in a worker should have ended.
final class Vitals: Sendable {
    private struct State {
        var nextID = 0
        var deadlines: [Int: ContinuousClock.Instant] = [:]
    }

    private let state = Locked(State())

    /// Begins something that should have ended after so long; ends it with the number that is returned.
    func begin(within limit: Duration) -> Int {
        state.withLock { state in
            state.nextID += 1
            state.deadlines[state.nextID] = .now + limit
            return state.nextID
        }
    }

    func end(_ id: Int) { state.withLock { _ = $0.deadlines.removeValue(forKey: id) } }

    /// Whether something has not ended that should have.
    var isOverdue: Bool {
        let now = ContinuousClock.now
        return state.withLock { $0.deadlines.values.contains { $0 < now } }
    }
}
