import PGSyncSchema
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database of the present schema, owned by a superuser.
    static var migratedDatabase: DatabaseTrait {
        .database(prepared: "migrated") { try await Migrator(binaryVersion: "1.0").migrate(on: $0) }
    }
}
