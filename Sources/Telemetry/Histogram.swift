import Concurrency

/// Counts observations by size in fixed buckets, such as how long batches took.
public final class Histogram: Sendable {
    /// Upper bounds in seconds from one millisecond to one minute.
    public static let durations: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// What has been observed up to one moment.
    struct Snapshot: Sendable {
        /// Observations per bucket, not cumulative; the last one is above every bound.
        var counts: [UInt64]
        var sum = 0.0
    }

    let bounds: [Double]
    private let observed: Locked<Snapshot>

    init(bounds: [Double]) {
        self.bounds = bounds
        self.observed = Locked(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var snapshot: Snapshot { observed.withLock { $0 } }

    /// Counts one observation; one that is not a number is ignored, as it would spoil the sum for good.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        observed.withLock {
            $0.counts[bucket] += 1
            $0.sum += value
        }
    }

    /// Counts one duration in a histogram of seconds.
    public func observe(_ duration: Duration) {
        observe(duration / .seconds(1))
    }
}
