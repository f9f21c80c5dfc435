import Postgres
import TestSupport

/// Logins of one database: who owns its tables, who runs pgsync there, and who only writes rows.
struct Roles: Sendable {
    /// Owns the schema `app` and what is in it, and has no role of pgsync.
    let owner: String
    /// Owns the schema `other`, and has no role of pgsync.
    let stranger: String
    /// An operator who may act as both owners.
    let operate: String
    /// Writes rows, and owns nothing.
    let writer: String
    let database: TestDatabase

    func options(_ role: String) -> ConnectionOptions { database.options.with("user", role) }
}

extension TestDatabase {
    /// Makes the roles for the time of the body.
    func withRoles<Result>(_ body: (Roles) async throws -> Result) async throws -> Result {
        let roles = Roles(
            owner: "owner_\(name)",
            stranger: "stranger_\(name)",
            operate: "operator_\(name)",
            writer: "writer_\(name)",
            database: self
        )
        let all = [roles.owner, roles.stranger, roles.operate, roles.writer]
        try await run(all.map { "create role \($0) login;" }.joined())
        let result: Swift.Result<Result, any Error>
        do {
            try await run(
                """
                grant \(roles.owner), \(roles.stranger), pgsync_operator to \(roles.operate);
                create schema app authorization \(roles.owner);
                create schema other authorization \(roles.stranger);
                grant usage on schema app to \(roles.writer), \(roles.operate);
                """
            )
            result = .success(try await body(roles))
        } catch { result = .failure(error) }
        try await run(
            "drop schema app, other cascade; "
                + all.map { "drop owned by \($0) cascade; drop role \($0);" }.joined()
        )
        return try result.get()
    }
}
