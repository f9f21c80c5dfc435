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
