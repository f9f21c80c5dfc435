package import Postgres

/// A worker as the database knows it.
package struct WorkerRecord: Sendable, Equatable {
    package let id: Int
    package let name: String
    package let host: String
    package let processID: Int
    package let startedAt: Timestamp
    package let heartbeatAt: Timestamp

    init(_ row: Row) throws {
        id = try row.decode("id")
        name = try row.decode("name")
        host = try row.decode("host")
        processID = try row.decode("pid")
        startedAt = try row.decode("started_at")
        heartbeatAt = try row.decode("heartbeat_at")
    }
}

/// The current settings of a worker.
package struct WorkerSettings: Sendable, Equatable {
    /// The most changes a batch may take.
    package var batchSize = 100
    /// How long a batch may take.
    package var syncTimeout = Duration.seconds(300)
    /// How long a worker that is not woken sleeps.
    package var pollInterval = Duration.seconds(5)
    package var usesDoorbell = true
    package var heartbeatInterval = Duration.seconds(5)
    package var snapshotInterval = Duration.seconds(300)

    package init() {}

    init(_ row: Row) throws {
        batchSize = try row.decode("batch_size")
        syncTimeout = .seconds(try row.decode("sync_timeout", as: Double.self))
        pollInterval = .seconds(try row.decode("poll_interval", as: Double.self))
        usesDoorbell = try row.decode("uses_doorbell")
        heartbeatInterval = .seconds(try row.decode("heartbeat_interval", as: Double.self))
        snapshotInterval = .seconds(try row.decode("snapshot_interval", as: Double.self))
    }
}
