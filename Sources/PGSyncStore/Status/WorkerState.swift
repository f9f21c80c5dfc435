package import Postgres

/// A worker as others see it.
package struct WorkerState: Sendable, Equatable {
    package let name: String
    package let host: String
    package let processID: Int
    package let version: String
    package let posters: Int
    /// Posters that have a connection, by its last report.
    package let connectedPosters: Int?
    /// closed, trying or open: whether it connects as usual, by its last report.
    package let breaker: String?
    /// running, silent, stopped or lost.
    package let state: String
    package let startedAt: Timestamp
    package let heartbeatAt: Timestamp
    /// Changes it has ended since it started, by its last report.
    package let finished: Int?
    package let failed: Int?
    /// What it cannot do beside posting, each with the reason, by its last report.
    package let failing: [String]

    init(_ row: Row) throws {
        name = try row.decode("name")
        host = try row.decode("host")
        processID = try row.decode("pid")
        version = try row.decode("version")
        posters = try row.decode("posters")
        connectedPosters = try row.decode("connected_posters")
        breaker = try row.decode("breaker")
        state = try row.decode("state")
        startedAt = try row.decode("started_at")
        heartbeatAt = try row.decode("heartbeat_at")
        finished = try row.decode("finished")
        failed = try row.decode("failed")
        failing = try row.decode("failing")
    }
}
