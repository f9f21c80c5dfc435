internal import PGSyncCluster
package import Subprocesses

/// Runs psql as a person would, from the top of the source tree.
package enum Psql {
    /// Runs a script file and returns what it wrote; throws when psql fails.
    @discardableResult
    package static func run(
        file: String,
        variables: [String: String] = [:],
        database: String,
        role: String? = nil
    ) async throws -> ProcessOutput {
        let cluster = try await SharedCluster.cluster()
        let uri = cluster.connectionString(database: database, role: role ?? PrivateCluster.superuser)
        let settings = variables.sorted { $0.key < $1.key }.flatMap { ["-v", "\($0.key)=\($0.value)"] }
        var psql = Invocation(
            cluster.binaries.psql,
            ["-XAt", "-v", "ON_ERROR_STOP=1", "-d", uri] + settings + ["-f", file]
        )
        psql.workingDirectory = Repository.path(of: "")
        return try await ChildProcess.run(psql, timeout: .seconds(60)).checked()
    }
}
