import Glibc
import PGSyncCluster
import Postgres

/// The server to measure on: the one that was named, or a private one that lives as long as the measuring.
enum BenchmarkServer {
    /// Lends a connection string.
    static func with<Outcome>(
        _ conninfo: String?,
        _ body: (String) async throws -> Outcome
    ) async throws -> Outcome {
        if let conninfo { return try await body(conninfo) }
        var configuration = ClusterConfiguration(stateDirectory: "/tmp/pgsync-benchmark-\(getpid())")
        configuration.profile = .testing
        let cluster = try await PrivateCluster(owning: configuration)
        let result: Result<Outcome, any Error>
        do {
            try await cluster.start()
            result = .success(try await body(cluster.connectionString(database: "postgres")))
        } catch {
            result = .failure(error)
        }
        try await cluster.destroy()
        return try result.get()
    }

    /// What the figures depend on, in one line.
    static func description(of connection: PostgresConnection) async throws -> String {
        try await connection.withSession { session in
            let settings = try session.query(
                """
                select name || ' ' || setting from pg_settings
                where name in ('server_version', 'shared_buffers', 'fsync', 'synchronous_commit', 'ssl')
                order by name
                """
            ).map { try $0.decode(0, as: String.self) }
            let address = try session.query("select coalesce(inet_server_addr()::text, 'unix socket')")
                .onlyRow()
            return try
                "server: \(settings.joined(separator: ", ")); over \(address.decode(0, as: String.self))"
        }
    }
}
