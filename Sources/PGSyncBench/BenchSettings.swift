import Glibc
import Postgres

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
