/// A question that the benchmark of exchanges answers.
package enum SyncMeasurement: String, Sendable, CaseIterable {
    case rate, bytes, backlog, delay, writers, poll

    package var question: String {
        switch self {
        case .rate: "How many changes a second come to a node, or from one, that was away?"
        case .bytes: "How many bytes does a record need on the wire?"
        case .backlog: "How long does a node need that was away for many changes of fewer records?"
        case .delay: "How long after its commit is a change at a live node?"
        case .writers: "How fast do others write to the master while nodes are connected?"
        case .poll: "What do idle nodes cost that ask every five minutes?"
        }
    }
}

/// One figure of the benchmark of exchanges, beside what it is compared with in the same run.
package struct SyncFigure: Sendable, Equatable {
    package typealias Bar = PostingFigure.Bar
    package typealias Note = PostingFigure.Note

    package let measurement: SyncMeasurement
    /// Under which circumstances.
    package let name: String
    /// The median of the rounds.
    package let value: Double
    package let unit: String
    package var beside: Double?
    package var besideWhat: String?
    /// The median of the ratios of the rounds.
    package var ratio: Double?
    package var bars: [Bar] = []
    /// Microseconds of the server's processors for a change, of all databases together; nil where that is not known.
    package var serverMicroseconds: Double?
    /// The same for what it is compared with.
    package var besideServerMicroseconds: Double?
    /// Further figures.
    package var notes: [Note] = []

    init(_ measurement: SyncMeasurement, _ name: String, _ value: Double, _ unit: String) {
        self.measurement = measurement
        self.name = name
        self.value = value
        self.unit = unit
    }
}

/// What the benchmark of exchanges comes to.
package struct SyncReport: Sendable {
    package typealias Check = PostingReport.Check

    package let settings: [(name: String, value: String)]
    package let figures: [SyncFigure]
    package let checks: [Check]

    package var holds: Bool { checks.allSatisfy(\.holds) }
}
