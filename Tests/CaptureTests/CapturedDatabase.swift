import PGSyncCluster
import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database of the present schema with the functions of ``checks``.
    static var captured: DatabaseTrait {
        .migrated(as: "captured", checks)
    }
}

/// How a source is captured.
enum Kind: String, CaseIterable, Sendable {
    case row, statement
}

extension TestDatabase {
    /// What was captured of a table, in order, as "action record".
    func history(_ table: String) async throws -> [String] {
        try await lines(
            "select line from checks.history where source_table = '\(table)'::regclass order by id"
        )
    }

    /// Where the folded log of a table and the table differ.
    func differences(_ table: String) async throws -> [String] {
        try await lines("select checks.differences('\(table)')")
    }

    /// Runs one statement each on connections of their own, at the same time.
    func together(_ statements: [String]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for statement in statements {
                group.addTask { try await session { _ = try $0.query(Query(statement)) } }
            }
            try await group.waitForAll()
        }
    }

    /// Connects as a role of this database alone, which owns nothing and may do nothing.
    func withApplicationRole<Result>(
        _ body: (_ role: String, _ options: ConnectionOptions) async throws -> Result
    ) async throws -> Result {
        let role = "app_of_\(name)"
        try await run("create role \(role) login")
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(role, options.with("user", role))) } catch {
            result = .failure(error)
        }
        try await run("drop owned by \(role); drop role \(role)")
        return try result.get()
    }
}

/// Brings a database that is no copy of the template to the same state.
func migrate(_ database: TestDatabase) async throws {
    try await database.migrate()
    try await database.run(checks)
}
