/// Growing delays between attempts: exponential up to a cap, spread by chance.
///
/// It neither sleeps nor reads a clock, and chance comes in from outside.
public struct Backoff: Sendable, Equatable {
    /// How a delay is spread, so that many clients do not come back at the same moment.
    public enum Jitter: Sendable {
        /// The delay itself.
        case none
        /// Anything from nothing to the delay.
        case full
        /// Anything from half the delay to the delay.
        case equal
    }

    /// The delay before the second attempt, before jitter.
    public let initial: Duration
    /// The longest delay.
    public let cap: Duration
    /// The factor from one delay to the next.
    public let multiplier: Double
    /// How delays are spread.
    public let jitter: Jitter

    /// The upper bound of the next delay.
    public private(set) var bound: Duration

    /// Creates a backoff; what makes no sense is raised: a delay to zero, the cap to `initial`, the factor to 1.
    public init(initial: Duration, cap: Duration, multiplier: Double = 2, jitter: Jitter = .full) {
        self.initial = max(initial, .zero)
        self.cap = max(cap, self.initial)
        self.multiplier = .maximum(multiplier, 1)
        self.jitter = jitter
        self.bound = self.initial
    }

    /// Returns the next delay and lets the one after it grow.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let delay = bound
        // Comparing first keeps the product below the cap, where it cannot overflow.
        bound = cap / bound <= multiplier ? cap : bound * multiplier
        switch jitter {
        case .none: return delay
        case .full: return min(delay, delay * Double.random(in: 0...1, using: &generator))
        case .equal: return min(delay, delay * Double.random(in: 0.5...1, using: &generator))
        }
    }

    /// Begins again with the initial delay, as after a success.
    public mutating func reset() {
        bound = initial
    }
}
