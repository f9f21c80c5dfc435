import Concurrency

/// Counts what happens in closures that run elsewhere.
final class Counter: Sendable {
    private let value = Locked(0)

    var count: Int { value.withLock { $0 } }

    /// Counts one more, and returns how many that makes.
    @discardableResult
    func increment() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}
