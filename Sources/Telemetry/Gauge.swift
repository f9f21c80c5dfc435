import Concurrency

/// A number that rises and falls, such as workers at work.
public final class Gauge: Sendable {
    private let current = Locked(0.0)

    init() {}

    /// The number as it is now.
    public var value: Double { current.withLock { $0 } }

    /// Replaces the number.
    public func set(_ value: Double) {
        current.withLock { $0 = value }
    }

    /// Replaces the number of a gauge of seconds.
    public func set(_ duration: Duration) {
        set(duration / .seconds(1))
    }

    /// Adds to the number; a negative amount lowers it.
    public func add(_ amount: Double) {
        current.withLock { $0 += amount }
    }
}
