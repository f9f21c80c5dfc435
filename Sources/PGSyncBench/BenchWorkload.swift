/// What the application does.
package enum BenchWorkload: Sendable, Hashable {
    /// One row a transaction.
    case insert(writers: Int)
    /// A hundred rows a statement and transaction.
    case insertHundred(writers: Int)
    /// Many rows by one COPY.
    case copy(rows: Int)
    case update(writers: Int)
    case delete(writers: Int)

    package var writers: Int {
        switch self {
        case .insert(let writers), .insertHundred(let writers), .update(let writers), .delete(let writers):
            writers
        case .copy: 1
        }
    }

    package var name: String {
        switch self {
        case .insert: "insert, single rows"
        case .insertHundred: "insert, 100 rows a statement"
        case .copy(let rows): "COPY of \(rows) rows"
        case .update: "update, single rows"
        case .delete: "delete, single rows"
        }
    }
}

/// Who records what the application writes.
package enum BenchVariant: String, Sendable, CaseIterable {
    /// Nobody: what the application could do without any capture.
    case none
    /// A plain trigger that inserts each row into a plain log.
    case bare
    /// A plain trigger that writes what pgsync writes, into the same tables, and nobody listens.
    case hand
    /// The same, with a worker that takes changes out of the queue as fast as it can.
    case taken
    /// pgsync, with a listener that sleeps on the doorbell, wakes, and sleeps again at once.
    case sleeping
    /// pgsync, with the same worker.
    case busy
    /// The plain trigger with a NOTIFY for each row.
    case naive

    /// The table it is measured on.
    package var table: String { "bench.bills_\(rawValue)" }
    package var usesPGSync: Bool { self == .sleeping || self == .busy }
    /// Whether its changes stand in the log and the queue of pgsync.
    var fillsQueue: Bool { usesPGSync || self == .hand || self == .taken }
    /// What it is compared with to find the cost of a trigger: a variant with an equally busy worker.
    var byHand: Self { self == .busy ? .taken : .hand }
}
