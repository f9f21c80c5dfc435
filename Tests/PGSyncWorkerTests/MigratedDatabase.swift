import PGSyncSchema
import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database of the present schema, owned by a superuser.
    static var migratedDatabase: DatabaseTrait {
        .database(prepared: "migrated") { try await Migrator(binaryVersion: "1.0").migrate(on: $0) }
    }
}

/// Brings a database that a test made by itself to the present schema.
func migrate(_ connection: PostgresConnection) async throws {
    try await Migrator(binaryVersion: "1.0").migrate(on: connection)
}
