import Arguments
import Glibc
import Concurrency
import PGSyncCluster
import Postgres

/// The server of a benchmark: a private one that is made and removed, or the one that was named.
struct BenchServer {
    let isGiven: Bool
    let globals: GlobalOptions
    let context: CommandContext
    /// Of a private server, beside those of all benchmarks.
    var settings: [String: String] = [:]

    /// How every command that measures is told to use the server that was named.
    static let explanation = """
        It runs on a private server that it creates and removes, with fsync on. With --here it uses the server of \
        --database-url, in its own database, which it drops.
        """

    func with<Result: Sendable>(
        _ body: @escaping @Sendable (ConnectionOptions) async throws -> Result
    ) async throws -> Result {
        guard !isGiven else {
            let database = try Database(globals, in: context, program: "pgsync bench")
            return try await database.withConnection { [options = database.options] _ in
                try await body(options)
            }
        }
        let temporary = context.environment["TMPDIR"] ?? "/tmp"
        var configuration = ClusterConfiguration(stateDirectory: "\(temporary)/pgsync-bench-\(getpid())")
        // No checkpoint in the middle of a round, which would fall on one variant alone.
        configuration.settings = [
            "max_wal_size": "16GB", "checkpoint_timeout": "1h", "track_commit_timestamp": "on",
        ].merging(settings) { $1 }
        let cluster = try await PrivateCluster(owning: configuration)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(
                try await Interruption.ends {
                    try await cluster.start()
                    return try await body(
                        try ConnectionOptions(cluster.connectionString(database: "postgres"))
                    )
                }
            )
        } catch {
            result = .failure(error)
        }
        try cluster.destroyNow()
        return try result.get()
    }

    /// Shows how far it is, if anyone looks.
    func withProgress<Result>(
        of total: Int,
        _ body: (_ step: @escaping @Sendable () throws -> Void) async throws -> Result
    ) async throws -> Result {
        guard !globals.quiet, !globals.json else { return try await body {} }
        let start = ContinuousClock.now
        let writer = Locked((ProgressWriter(ProgressBar("measuring", total: total), to: context.errors), 0))
        let result = try await body {
            try writer.withLock { writer in
                writer.1 += 1
                try writer.0.update(completed: writer.1, elapsed: ContinuousClock.now - start)
            }
        }
        try writer.withLock { try $0.0.finish(completed: $0.1, elapsed: ContinuousClock.now - start) }
        return result
    }
}
