import Concurrency

/// A number that only grows, such as changes posted since the process began.
public final class Counter: Sendable {
    private let total = Locked(0.0)

    init() {}

    /// The sum of all increments so far.
    public var value: Double { total.withLock { $0 } }

    /// Adds to the counter; it never falls, so an amount that is negative or not a number is ignored.
    public func increment(by amount: Double = 1) {
        guard amount > 0 else { return }
        total.withLock { $0 += amount }
    }

    /// Adds a duration to a counter of seconds.
    public func increment(by duration: Duration) {
        increment(by: duration / .seconds(1))
    }
}
