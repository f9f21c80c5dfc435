package import Postgres

/// How many changes wait, by what they wait for.
package struct WaitingCounts: Sendable, Equatable {
    /// They may be posted now.
    package let ready: Int
    /// For their time, mostly to be tried again.
    package let scheduled: Int
    /// For their source to be resumed.
    package let paused: Int
    /// For a person: dead letters.
    package let dead: Int
    /// When the first of the scheduled ones is due.
    package let nextTime: Timestamp?

    init(_ row: Row) throws {
        ready = try row.decode("ready")
        scheduled = try row.decode("scheduled")
        paused = try row.decode("paused")
        dead = try row.decode("dead")
        nextTime = try row.decode("next_at")
    }
}
