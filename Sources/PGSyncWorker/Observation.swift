import Concurrency

/// What was last seen; nothing once that is old, because a figure that nobody observes any more must not stay.
final class Observation<Value: Sendable>: Sendable {
    private struct Sight: Sendable {
        let value: Value
        let time: ContinuousClock.Instant
        let patience: Duration
    }

    private let last = Locked<Sight?>(nil)
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// Notes what is seen each so often; after three times in vain, and a minute, it is old.
    func note(_ value: Value, each interval: Duration) {
        let sight = Sight(value: value, time: now(), patience: max(.seconds(60), interval * 3))
        last.withLock { $0 = sight }
    }

    func forget() { last.withLock { $0 = nil } }

    /// With how long ago that was.
    var current: (value: Value, age: Duration)? {
        guard let sight = last.withLock({ $0 }) else { return nil }
        let age = now() - sight.time
        return age > sight.patience ? nil : (sight.value, age)
    }
}
