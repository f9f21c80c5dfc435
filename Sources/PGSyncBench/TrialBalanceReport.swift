/// What the trial balance of a long journal costs.
package struct TrialBalanceReport: Sendable {
    /// A way to get at the balances.
    package enum Way: String, Sendable, CaseIterable {
        /// Adding up every line, in plain SQL.
        case plain = "every line added up, plain SQL"
        case tailOnly = "no snapshot: everything is tail"
        case snapshot = "snapshot, nothing after it"
        case snapshotAndTail = "snapshot and tail"
    }

    /// The times of one way, one for each day that was asked for.
    package struct Line: Sendable {
        package let way: Way
        /// Lines that came after the snapshot.
        package let tail: Int
        package let milliseconds: [Double]
        /// Processor time of the server for each question, in milliseconds; NaN where that is not known.
        package let processorMilliseconds: Double

        package var median: Double { BenchReport.median(milliseconds) }

        /// The bar, for the way that has one.
        package var holds: Bool? {
            way == .snapshotAndTail ? median <= TrialBalanceReport.barMilliseconds : nil
        }
    }

    /// Whether the balances of a day are what adding up every line gives.
    package struct Proof: Sendable {
        package let day: String
        package let balances: Int
        package let different: Int
        package let isBalanced: Bool

        package var holds: Bool { different == 0 && isBalanced && balances > 0 }
    }

    package static let barMilliseconds = 100.0

    package let settings: [(name: String, value: String)]
    package let lines: Int
    package let building: Duration
    /// Processor time of the server for posting a line, in microseconds; NaN where that is not known.
    package let processorMicrosecondsPerLine: Double
    package let takingSnapshot: Duration
    package let results: [Line]
    package let proofs: [Proof]

    /// Whether the sums are right; how fast they come is for the reader to judge.
    package var holds: Bool { proofs.allSatisfy(\.holds) }
}
