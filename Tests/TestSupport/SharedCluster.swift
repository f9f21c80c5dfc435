internal import Glibc
internal import Concurrency
package import PGSyncCluster
internal import Postgres

/// One PostgreSQL for all tests of this process, started by the first that asks.
///
/// It is removed when the process exits. Where a run is killed, its cluster is removed by the next run.
package enum SharedCluster {
    private static let running = Locked<PrivateCluster?>(nil)
    // Held for ever and awaited by all who ask, so that one test's cancellation does not end it for the others.
    private static let started = Task { try await start() }

    /// The running cluster.
    package static func cluster() async throws -> PrivateCluster { try await started.value }

    /// The release of its server, such as 15.
    package static func majorVersion() async throws -> Int {
        let options = try ConnectionOptions(try await cluster().connectionString(database: "postgres"))
        return try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withSession { Int($0.serverVersion) / 10_000 }
        }
    }

    private static func start() async throws -> PrivateCluster {
        try await PrivateCluster.sweepAbandoned(in: ScratchSpace.directory)
        var configuration = ClusterConfiguration(
            stateDirectory: "\(ScratchSpace.directory)/pgsync-test-\(getpid())"
        )
        configuration.profile = .testing
        let cluster = try await PrivateCluster(owning: configuration)
        running.withLock { $0 = cluster }
        atexit { try? SharedCluster.running.withLock { $0 }?.destroyNow() }
        try await cluster.start()
        return cluster
    }
}
