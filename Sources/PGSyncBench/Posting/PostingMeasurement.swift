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
