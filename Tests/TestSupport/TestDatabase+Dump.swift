internal import PGSyncCluster
internal import Subprocesses

extension TestDatabase {
    /// Dumps this database and restores it into another, as the other's owner; returns whether all went well.
    @discardableResult
    package func restore(into other: TestDatabase, _ options: [String] = []) async throws -> Bool {
        let psql = cluster.binaries.psql
        let shell = Invocation(
            "bash",
            [
                // By a file: a restore of the schema alone leaves the rest unread, and a pipe would end the dump.
                "-c",
                "file=$(mktemp) && trap 'rm -f \"$file\"' EXIT && \"$1\" -Fc -d \"$2\" >\"$file\" && \"$3\" -d \"$4\" \"${@:5}\" \"$file\"",
                "bash",
                psql.replacing(/psql$/, with: "pg_dump"), cluster.connectionString(database: name),
                psql.replacing(/psql$/, with: "pg_restore"),
                other.cluster.connectionString(database: other.name, role: other.owner),
            ] + options
        )
        return try await ChildProcess.run(shell, timeout: .seconds(200)).status.isSuccess
    }
}
