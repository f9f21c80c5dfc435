import Postgres
import Telemetry

/// What a login needs to serve the dashboard.
enum DashboardRights {
    /// - Throws: ``CommandError`` if requests would be refused whatever their token allows.
    static func require(on connection: PostgresConnection) async throws {
        let refused = try await connection.withSession { session in
            try session.query(
                """
                select current_user::text as login
                where not pg_has_role(current_user, to_regrole('pgsync_dashboard'), 'usage')
                """
            ).first?.decode("login", as: String.self)
        }
        if let refused { throw CommandError.mayNotServe(login: refused) }
    }

    /// The page is served while the database is away, but not for one that will never answer it.
    static func require(in database: Database, logger: Logger) async throws {
        do {
            try await database.withConnection { connection in
                try await require(on: connection)
                // Of itself, a login that only serves can read nothing. Before the first migration, no role is there.
                _ = try await connection.withSession { session in
                    try session.query(
                        "select set_config('role', rolname, false) from pg_roles where rolname = 'pgsync_api_read'"
                    )
                }
                try await Database.requireSchema(on: connection)
            }
        } catch CommandError.cannotConnect(let error, _) {
            logger.warning(
                "The database is away; the dashboard is served and asks it again",
                ["error": .string("\(error)")]
            )
        }
    }
}
