internal import PGSyncCluster
package import Subprocesses

extension TestDatabase {
    /// Feeds a script to psql, as a person would, and returns what it wrote; throws when psql fails.
    @discardableResult
    package func psql(_ script: String, role: String? = nil) async throws -> ProcessOutput {
        let uri = cluster.connectionString(database: name, role: role ?? owner)
        var psql = Invocation(cluster.binaries.psql, ["-XAt", "-v", "ON_ERROR_STOP=1", "-d", uri])
        psql.standardInput = .text(script)
        return try await ChildProcess.run(psql, timeout: .seconds(200)).checked()
    }
}
