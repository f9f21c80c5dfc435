import Postgres

/// How many changes are not finished.
package struct QueueSize: Sendable, Equatable {
    package let changes: Int
    /// Whether there were too many to count.
    package let isEstimate: Bool

    init(_ row: Row) throws {
        changes = try row.decode("changes")
        isEstimate = try row.decode("is_estimate")
    }
}
