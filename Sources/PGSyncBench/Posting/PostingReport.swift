/// What the benchmark of posting comes to.
package struct PostingReport: Sendable {
    /// A promise, with how often it is broken.
    package struct Check: Sendable, Equatable {
        package let promise: String
        package let broken: Int

        package var holds: Bool { broken == 0 }

        /// Those of several databases as one list.
        static func sums(_ checks: [Check]) -> [Check] {
            var sums: [Check] = []
            for check in checks {
                if let index = sums.firstIndex(where: { $0.promise == check.promise }) {
                    sums[index] = Check(promise: check.promise, broken: sums[index].broken + check.broken)
                } else {
                    sums.append(check)
                }
            }
            return sums
        }
    }

    package let settings: [(name: String, value: String)]
    package let figures: [PostingFigure]
    package let checks: [Check]

    package var holds: Bool { checks.allSatisfy(\.holds) }
}

/// One figure of the benchmark of posting, beside its limit.
package struct PostingFigure: Sendable, Equatable {
    /// What was measured.
    package let measurement: PostingMeasurement
    /// Under which circumstances.
    package let name: String
    package let value: Double
    package let unit: String
    /// What it is compared with, of the same run.
    package let limit: Double?
    package let limitName: String?
    /// The median of the ratios of the rounds.
    package let ratio: Double?
    package let bar: Bar?
    /// What the server's processors did for it; nil where that is not known.
    package var processors: Processors?
    /// Further figures, such as WAL bytes for each change.
    package var notes: [Note] = []

    package struct Bar: Sendable, Equatable {
        package let text: String
        package let holds: Bool

        static func atLeast(_ bar: Double, _ value: Double) -> Bar {
            Bar(text: "≥ \(bar)", holds: value >= bar)
        }
        static func atMost(_ bar: Double, _ value: Double, _ unit: String = "") -> Bar {
            Bar(text: "≤ \(bar)\(unit)", holds: value <= bar)
        }
    }

    /// Microseconds of processor time of the whole server for each change.
    package struct Processors: Sendable, Equatable {
        package let value: Double
        /// What it is compared with, of the same run.
        package let limit: Double?
        /// The median of the ratios of the rounds.
        package let ratio: Double?

        /// Medians over the rounds; nil where the server is not on this machine.
        init?(_ own: [Double], beside limits: [Double]? = nil) {
            value = BenchReport.median(own)
            guard value.isFinite else { return nil }
            limit = limits.map(BenchReport.median)
            ratio = limits.map { BenchReport.median(zip(own, $0).map { $0 / $1 }) }
        }
    }

    package struct Note: Sendable, Equatable {
        package let name: String
        package let value: Double
    }
}

/// A question that the benchmark of posting answers.
package enum PostingMeasurement: String, Sendable, CaseIterable {
    case drain, scale, horizon, poison, growth, latency, sustained, memory

    package var question: String {
        switch self {
        case .drain: "How fast is a backlog posted by one connection, by batch size?"
        case .scale: "And by several connections?"
        case .horizon: "And while an old snapshot is held open?"
        case .poison: "And when one change in a hundred is bad?"
        case .growth: "Does it slow down as the journal grows?"
        case .latency: "How long after its commit is a change posted?"
        case .sustained: "How much is posted while eight connections write as fast as they can?"
        case .memory: "How much memory does a worker need for a large backlog?"
        }
    }
}
