import PGSyncStore
import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database with the clinic and its rules, and with what ``clinicEdits`` and ``ledgerChecks`` create.
    static var editedClinic: DatabaseTrait {
        .database(prepared: "edited_clinic", copyOf: .migrated) { connection in
            let database = try await connection.withSession { session in
                try session.query("select current_database()::text").onlyRow().decode(0, as: String.self)
            }
            try await Psql.run(file: "\(Pack.clinic.directory)/install.sql", database: database)
            let rules = try Pack.clinic.rules()
            try await connection.withSession { session in
                try session.transaction {
                    let store = RuleStore(session)
                    try store.beginChange()
                    _ = try store.apply(rules)
                }
                _ = try session.runScript(clinicEdits)
                _ = try session.runScript(ledgerChecks)
            }
        }
    }
}
