internal import PGSyncSchema
package import Postgres
package import Testing

extension Trait where Self == DatabaseTrait {
    /// A database of the present schema, owned by a superuser.
    package static var migrated: DatabaseTrait { .database(copyOf: .migrated) }

    /// The same, after scripts; they run once for all tests that name the same key.
    package static func migrated(as key: String, _ scripts: String...) -> DatabaseTrait {
        .database(copyOf: .migrated.with(key, scripts))
    }
}

extension DatabaseTemplate {
    /// A database of the present schema.
    package static var migrated: DatabaseTemplate {
        .shared("migrated") { try await TestDatabase.migrate($0) }
    }

    /// This one after scripts, each a transaction unless it says otherwise.
    package func with(_ key: String, _ scripts: [String]) -> DatabaseTemplate {
        .shared(key, copyOf: self) { connection in
            try await connection.withSession { session in
                for script in scripts { _ = try session.runScript(script) }
            }
        }
    }
}

extension TestDatabase {
    /// Brings a database to the present schema.
    package static func migrate(_ connection: PostgresConnection) async throws {
        try await Migrator(binaryVersion: "1.0").migrate(on: connection)
    }

    /// Brings it to the present schema.
    package func migrate() async throws {
        try await connect { try await Self.migrate($0) }
    }

    /// Runs a script and returns its one value.
    package func value(_ script: String) async throws -> String? {
        try await run(script).first ?? nil
    }

    /// Runs a script and returns its first column, as lines.
    package func lines(_ script: String) async throws -> [String] {
        try await run(script).map { $0 ?? "null" }
    }

    /// Runs a script that must fail, and returns the error.
    package func refusal(of script: String, as options: ConnectionOptions? = nil) async throws
        -> PostgresError
    {
        try await #require(throws: PostgresError.self) { try await self.run(script, as: options) }
    }
}
