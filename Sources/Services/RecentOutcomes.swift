/// How the latest calls through a closed circuit breaker ended.
struct RecentOutcomes: Sendable {
    private let window: Int
    private var failures: [Bool] = []
    private var oldest = 0
    private var failureCount = 0
    private(set) var failuresInARow = 0

    init(window: Int) {
        self.window = window
    }

    /// The share of failures in the window, once there are enough calls to fill it.
    var failureShare: Double? {
        window > 0 && failures.count == window ? Double(failureCount) / Double(window) : nil
    }

    mutating func note<Instant>(_ outcome: CircuitBreaker<Instant>.Outcome) {
        switch outcome {
        case .success: note(isFailure: false)
        case .failure: note(isFailure: true)
        case .unknown: break
        }
    }

    mutating func clear() {
        self = RecentOutcomes(window: window)
    }

    private mutating func note(isFailure: Bool) {
        failuresInARow = isFailure ? failuresInARow + 1 : 0
        guard window > 0 else { return }
        if failures.count < window {
            failures.append(isFailure)
        } else {
            failureCount -= failures[oldest] ? 1 : 0
            failures[oldest] = isFailure
            oldest = (oldest + 1) % window
        }
        failureCount += isFailure ? 1 : 0
    }
}
