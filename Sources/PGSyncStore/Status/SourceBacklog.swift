package import Postgres

/// What is unfinished of a table.
package struct SourceBacklog: Sendable, Equatable {
    package let table: String
    package let isAttached: Bool
    package let pausedAt: Timestamp?
    package let waiting: Int
    /// Changes that failed and are tried again by themselves.
    package let failing: Int
    /// Changes that wait for a person.
    package let dead: Int
    /// When the oldest was captured that is not dead.
    package let oldestAt: Timestamp?
    /// Whether there was more than was looked at, so that each number is the least it can be.
    package let isCapped: Bool
    /// The rules that post its documents of today.
    package let rules: [String]

    init(_ row: Row) throws {
        table = try row.decode("table_name")
        isAttached = try row.decode("attached")
        pausedAt = try row.decode("paused_at")
        waiting = try row.decode("waiting")
        failing = try row.decode("failing")
        dead = try row.decode("dead")
        oldestAt = try row.decode("oldest_at")
        isCapped = try row.decode("is_capped")
        rules = try row.decode("rules")
    }
}
