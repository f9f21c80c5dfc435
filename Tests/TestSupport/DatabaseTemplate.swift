internal import Concurrency
internal import PGSyncCluster
internal import Postgres

/// A database that tests get copies of, made when the first of them asks.
final class DatabaseTemplate: Sendable {
    private static let known = Locked<[String: DatabaseTemplate]>([:])
    private let made: Locked<Task<String, any Error>?> = Locked(nil)
    private let key: String
    private let prepare: @Sendable (PostgresConnection) async throws -> Void

    private init(_ key: String, _ prepare: @escaping @Sendable (PostgresConnection) async throws -> Void) {
        self.key = key
        self.prepare = prepare
    }

    static func shared(
        _ key: String,
        _ prepare: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) -> DatabaseTemplate {
        known.withLock { known in
            let template = known[key] ?? DatabaseTemplate(key, prepare)
            known[key] = template
            return template
        }
    }

    /// The name of the database, which nobody connects to any more.
    func name() async throws -> String {
        // Held by all who ask, so that one test's cancellation does not end it for the others.
        let task = made.withLock { made in
            let task = made ?? Task { try await self.make() }
            made = task
            return task
        }
        return try await task.value
    }

    private func make() async throws -> String {
        let cluster = try await SharedCluster.cluster()
        let name = "template_\(key)"
        try await PostgresConnection.withConnection(
            to: ConnectionOptions(cluster.connectionString(database: "postgres"))
        ) { connection in
            try await connection.withSession { session in
                _ = try session.execute(
                    "create database \(Identifier(name)) encoding 'UTF8' locale 'C' template template0"
                )
            }
        }
        try await PostgresConnection.withConnection(
            to: ConnectionOptions(cluster.connectionString(database: name)).likePsql,
            prepare
        )
        return name
    }
}
