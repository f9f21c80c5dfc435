import PGSyncSchema
import Testing

@Suite("MigrationScript")
struct MigrationScriptTests {
    private let script = MigrationScript(binaryVersion: "1.2.3-o'clock", lockTimeout: .seconds(10))

    @Test("says so when there is nothing to do")
    func saysNothingToDo() {
        let done = SchemaPlan(from: .empty, to: SchemaDefinition([]))
        #expect(script.text(for: done) == "-- Nothing to do: the schema is up to date.\n")
    }

    @Test("gives each step a transaction, under the lock, with its record inside")
    func givesEachStepATransaction() throws {
        let text = script.text(for: SchemaPlan(from: .empty, to: .embedded))
        let transactions = text.split(separator: "\nbegin;\n").dropFirst()
        #expect(transactions.count == SchemaDefinition.embedded.migrations.count + 2)
        for transaction in transactions {
            let lines = transaction.split(separator: "\n", omittingEmptySubsequences: false)
            let body = lines.prefix { $0 != "commit;" }
            #expect(body.count < lines.count)
            #expect(body.contains("set local search_path to pg_catalog, pg_temp;"))
            #expect(body.contains("set local lock_timeout to 10000;"))
            #expect(body.contains { $0.contains("pg_advisory_xact_lock(\(MigrationScript.advisoryLock))") })
        }
        for migration in SchemaDefinition.embedded.migrations {
            let own = try #require(transactions.first { $0.contains(migration.text) })
            #expect(own.contains(migration.checksum))
        }
    }

    @Test("quotes what it records")
    func quotes() {
        #expect(script.text(for: SchemaPlan(from: .empty, to: .embedded)).contains("'1.2.3-o''clock'"))
    }
}
