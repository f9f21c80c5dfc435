internal import Concurrency
internal import PGSyncCluster
package import Postgres

/// A database that tests get copies of, made when the first of them asks.
package final class DatabaseTemplate: Sendable {
    private static let known = Locked<[String: DatabaseTemplate]>([:])
    private let made: Locked<Task<String, any Error>?> = Locked(nil)
    private let key: String
    private let locale: String?
    private let base: DatabaseTemplate?
    private let prepare: @Sendable (PostgresConnection) async throws -> Void

    private init(
        _ key: String,
        _ locale: String?,
        _ base: DatabaseTemplate?,
        _ prepare: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) {
        self.key = key
        self.locale = locale
        self.base = base
        self.prepare = prepare
    }

    /// The one that a closure prepares for all who name the same key: an empty database, which without a locale has
    /// the cluster's, or a copy of another template.
    package static func shared(
        _ key: String,
        locale: String? = "C",
        copyOf base: DatabaseTemplate? = nil,
        _ prepare: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) -> DatabaseTemplate {
        known.withLock { known in
            let template = known[key] ?? DatabaseTemplate(key, locale, base, prepare)
            known[key] = template
            return template
        }
    }

    /// The name of the database, which nobody connects to any more.
    package func name() async throws -> String {
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
        var statement = "create database \(Identifier(name)) encoding 'UTF8'"
        if let base {
            statement += " template \(Identifier(try await base.name()))"
        } else {
            statement += " template template0" + (locale.map { " locale '\($0)'" } ?? "")
        }
        try await PostgresConnection.withConnection(
            to: ConnectionOptions(cluster.connectionString(database: "postgres"))
        ) { [statement] connection in
            _ = try await connection.withSession { try $0.execute(Query(statement)) }
        }
        try await PostgresConnection.withConnection(
            to: ConnectionOptions(cluster.connectionString(database: name)).likePsql
        ) { connection in
            try await prepare(connection)
            try await compact(connection)
        }
        return name
    }

    /// Takes out what migrations have left in the catalogs, which each copy would carry and each session would read.
    private func compact(_ connection: PostgresConnection) async throws {
        try await connection.withSession { session in
            let statements = try session.runScript(
                """
                select format('vacuum full %s', oid::regclass) from pg_catalog.pg_class
                where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' and not relisshared
                    and pg_relation_size(oid) > 100000
                """
            ).map { try $0.decode(0, as: String.self) }
            for statement in statements { _ = try session.runScript(statement) }
        }
    }
}
