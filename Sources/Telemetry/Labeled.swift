import Concurrency

/// One metric split by labels: a counter, gauge or histogram for every combination of label values.
///
/// Each combination lives as long as the process, so labels are for small sets (outcomes, tables), never for
/// identifiers. Keep the metric of a hot path instead of looking it up each time.
public final class Labeled<Metric: Sendable>: Sendable {
    private let labels: [String]
    private let make: @Sendable () -> Metric
    private let children = Locked<[[String]: Metric]>([:])

    init(labels: [String], make: @escaping @Sendable () -> Metric) {
        self.labels = labels
        self.make = make
    }

    /// Returns the metric of these label values, in the order the labels were registered, made at first use.
    ///
    /// - Precondition: there is one value for each label.
    public subscript(values: String...) -> Metric {
        precondition(values.count == labels.count, "one value for each of the labels \(labels)")
        return children.withLock { children in
            if let child = children[values] { return child }
            let child = make()
            children[values] = child
            return child
        }
    }

    var all: [[String]: Metric] { children.withLock { $0 } }
}
