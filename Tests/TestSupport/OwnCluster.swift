internal import Glibc
package import PGSyncCluster

/// A PostgreSQL of a test's own, for what would disturb the tests that share one.
package enum OwnCluster {
    /// Lends a running cluster and destroys it.
    package static func with(
        settings: [String: String] = [:],
        listening: ClusterConfiguration.Listening = .socketOnly,
        _ body: (PrivateCluster) async throws -> Void
    ) async throws {
        let number = UInt32.random(in: 0 ... .max)
        var configuration = ClusterConfiguration(
            stateDirectory: "\(ScratchSpace.directory)/pgsync-test-\(getpid())-\(number)"
        )
        configuration.profile = .testing
        configuration.settings = settings
        configuration.listening = listening
        let cluster = try await PrivateCluster(owning: configuration)
        let result: Result<Void, any Error>
        do {
            try await cluster.start()
            result = .success(try await body(cluster))
        } catch {
            result = .failure(error)
        }
        try await Task { try await cluster.destroy() }.value
        try result.get()
    }
}
