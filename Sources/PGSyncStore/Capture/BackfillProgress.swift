package import Postgres

/// How far a backfill is.
package struct BackfillProgress: Sendable, Equatable {
    package enum State: String, Sendable {
        case running, finished, cancelled
    }

    package let id: Int64
    package let table: String
    package let state: State
    package let done: Int
    /// About how many rows there are; nil where the server has not counted them yet.
    package let expected: Int?
    package let startedAt: Timestamp

    init(_ row: Row) throws {
        id = try row.decode("id")
        table = try row.decode("subject")
        state = State(rawValue: try row.decode("state")) ?? .running
        done = try row.decode("done")
        expected = try row.decode("expected")
        startedAt = try row.decode("started_at")
    }
}
