import Glibc
import Postgres

/// What the whole server has used so far, or between two moments.
struct BenchUsage: Sendable, Equatable {
    /// Bytes of write-ahead log.
    let walBytes: Int
    /// nil where the server is not on this machine.
    let processorTime: Duration?

    static func read(_ connection: PostgresConnection) async throws -> BenchUsage {
        try await connection.withSession { try read($0) }
    }

    static func read(_ session: Session) throws -> BenchUsage {
        let row = try session.query(
            """
            select
                pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint,
                case when inet_client_addr() is null then pg_backend_pid() end
            """
        ).onlyRow()
        return BenchUsage(
            walBytes: try row.decode(0),
            processorTime: try row.decode(1, as: Int32?.self).flatMap {
                ServerProcessorTime.used(byServerOf: $0)
            }
        )
    }

    static func - (later: BenchUsage, earlier: BenchUsage) -> BenchUsage {
        let time = later.processorTime.flatMap { later in earlier.processorTime.map { later - $0 } }
        return BenchUsage(walBytes: later.walBytes - earlier.walBytes, processorTime: time)
    }

    /// Microseconds of the server for each of so many; NaN where they are not known.
    func microseconds(each count: Int) -> Double {
        guard let processorTime, count > 0 else { return .nan }
        return processorTime / .microseconds(1) / Double(count)
    }
}

/// What the figures of a benchmark depend on.
enum BenchSettings {
    static func read(_ session: Session) throws -> [(name: String, value: String)] {
        let names = ["server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size"]
        let settings = try names.map { name in
            let value = try session.query("select current_setting(\(name))").onlyRow()
            return (name: name, value: try value.decode(0, as: String.self))
        }
        return settings + [(name: "cores", value: "\(sysconf(Int32(_SC_NPROCESSORS_ONLN)))")]
    }
}
