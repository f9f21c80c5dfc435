/// When a circuit breaker opens, for how long, and how it closes again.
public struct CircuitBreakerPolicy: Sendable, Equatable {
    /// A share of failures among the latest calls.
    public struct FailureShare: Sendable, Equatable {
        /// The share from which on the breaker opens, above 0 and at most 1.
        public let threshold: Double
        /// How many of the latest calls are looked at; with fewer, the share is not judged.
        public let window: Int

        /// Describes a share; a window below 1 counts as 1.
        public init(threshold: Double, window: Int) {
            self.threshold = threshold
            self.window = max(window, 1)
        }
    }

    /// Opens after that many failures in a row; `nil` does not count them.
    public let failuresInARow: Int?
    /// Opens at that share of failures; `nil` does not look at it.
    public let failureShare: FailureShare?
    /// How long the breaker stays open; grows with every probe that fails, starts over once it has closed.
    public let openDuration: Backoff
    /// How many calls are let through to see whether the other side is back; all must succeed.
    public let probes: Int

    /// Describes when to open and close; fewer than one failure or probe counts as one.
    public init(
        failuresInARow: Int? = 5,
        failureShare: FailureShare? = nil,
        openDuration: Backoff = Backoff(initial: .seconds(5), cap: .seconds(300), jitter: .equal),
        probes: Int = 1
    ) {
        self.failuresInARow = failuresInARow.map { max($0, 1) }
        self.failureShare = failureShare
        self.openDuration = openDuration
        self.probes = max(probes, 1)
    }
}
