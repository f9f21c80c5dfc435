import PGSyncSchema
import Testing

@Suite("DatabaseFacts")
struct DatabaseFactsTests {
    /// A fresh database of a plain owner, with one thing changed.
    private func facts(_ change: (inout DatabaseFacts) -> Void = { _ in }) -> DatabaseFacts {
        var facts = DatabaseFacts(
            serverVersion: 150_018,
            encoding: "UTF8",
            isStandby: false,
            isReadOnly: false,
            database: "books",
            user: "app",
            mayCreateSchemas: true,
            mayCreateRoles: false,
            isInstalled: false,
            owner: nil,
            ledgerOwner: nil,
            mayActAsOwner: false,
            existingRoles: []
        )
        change(&facts)
        return facts
    }

    @Test("see no obstacle in a fresh database of a plain owner")
    func seeNoObstacle() {
        #expect(facts().obstacle == nil)
    }

    @Test("name what is in the way")
    func nameTheObstacle() {
        #expect(facts { $0.serverVersion = 130_022 }.obstacle == .serverTooOld(version: "13.22"))
        #expect(facts { $0.encoding = "SQL_ASCII" }.obstacle == .notUTF8(encoding: "SQL_ASCII"))
        #expect(facts { $0.isStandby = true }.obstacle == .databaseIsReadOnly(isStandby: true))
        #expect(facts { $0.isReadOnly = true }.obstacle == .databaseIsReadOnly(isStandby: false))
        #expect(facts { $0.owner = "dba" }.obstacle == .schemaNameTaken(name: "pgsync", owner: "dba"))
        #expect(facts { $0.ledgerOwner = "dba" }.obstacle == .schemaNameTaken(name: "ledger", owner: "dba"))
        #expect(
            facts { $0.mayCreateSchemas = false }.obstacle
                == .mayNotCreateSchemas(user: "app", database: "books")
        )
        let installed = facts {
            $0.isInstalled = true
            $0.owner = "dba"
        }
        #expect(installed.obstacle == .notOwner(user: "app", owner: "dba"))
    }

    @Test("need no right to create schemas where they exist")
    func needNoRightToCreate() {
        let installed = facts {
            $0.isInstalled = true
            $0.owner = "app"
            $0.mayActAsOwner = true
            $0.mayCreateSchemas = false
        }
        #expect(installed.obstacle == nil)
    }
}
