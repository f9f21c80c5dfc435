import Arguments
import Glibc
import PGSyncCluster
import Postgres

/// Where a benchmark runs: on a private server that it makes and removes, or on that of the command line.
struct BenchServer {
    let globals: GlobalOptions
    let context: CommandContext

    /// Lends the server of `--database-url`.
    func withGiven<Result: Sendable>(
        _ body: @escaping @Sendable (ConnectionOptions) async throws -> Result
    ) async throws -> Result {
        let database = try Database(globals, in: context, program: "pgsync bench")
        return try await database.withConnection { [options = database.options] _ in try await body(options) }
    }

    /// Lends a server that is removed in the end, and that keeps what it was told (fsync).
    func withPrivate<Result: Sendable>(
        _ body: @escaping @Sendable (ConnectionOptions) async throws -> Result
    ) async throws -> Result {
        let temporary = context.environment["TMPDIR"] ?? "/tmp"
        var configuration = ClusterConfiguration(stateDirectory: "\(temporary)/pgsync-bench-\(getpid())")
        // No checkpoint in the middle of a measurement, which would fall on one variant alone.
        configuration.settings = ["max_wal_size": "16GB", "checkpoint_timeout": "1h"]
        let cluster = try await PrivateCluster(owning: configuration)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(
                try await Interruption.ends {
                    try await cluster.start()
                    return try await body(ConnectionOptions(cluster.connectionString(database: "postgres")))
                }
            )
        } catch {
            result = .failure(error)
        }
        try cluster.destroyNow()
        return try result.get()
    }
}
