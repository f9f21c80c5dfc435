import Postgres
import Telemetry

/// What a login needs to serve the dashboard.
enum DashboardRights {
    /// - Throws: ``CommandError`` if requests would be refused whatever their token allows.
    static func require(on connection: PostgresConnection) async throws {
        let refused = try await connection.withSession { session in
            try session.query(
                "select current_user::text as login where not pg_has_role(current_user, 'pgsync_dashboard', 'usage')"
            ).first?.decode("login", as: String.self)
        }
        if let refused { throw CommandError.mayNotServe(login: refused) }
    }

    /// The page is served while the database is away, but not for one that will never answer it.
    static func require(in database: Database, logger: Logger) async throws {
        do {
            try await database.withSchema { try await require(on: $0) }
        } catch CommandError.cannotConnect(let error, _) {
            logger.warning(
                "The database is away; the dashboard is served and asks it again",
                ["error": .string("\(error)")]
            )
        }
    }
}
