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
