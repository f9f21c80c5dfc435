import PGSyncSchema
import Postgres
import TestSupport
import Testing

@Suite("Migrator", .timeLimit(.minutes(10)))
struct MigratorTests {
    let migrator = Migrator(binaryVersion: "1.0")

    func migrate(_ database: TestDatabase, with migrator: Migrator? = nil) async throws -> [String] {
        try await database.connect { try await (migrator ?? self.migrator).migrate(on: $0) }
    }

    /// The catalog, with the name of the owner made the same for all databases.
    private func catalog(of database: TestDatabase) async throws -> [String?] {
        try await database.run(CatalogDump.query, as: database.superuser).map { fact in
            fact?.split(separator: database.owner, omittingEmptySubsequences: false)
                .joined(separator: "OWNER")
        }
    }

    @Test(
        "installs for every kind of user, and then has nothing left to do",
        arguments: TestDatabase.Owner.allCases
    )
    func installs(owner: TestDatabase.Owner) async throws {
        try await TestDatabase.with(owner: owner) { database in
            #expect(try await migrate(database).count == SchemaDefinition.embedded.migrations.count + 2)
            let before = try await database.run(CatalogDump.query, as: database.superuser)
            #expect(try await migrate(database) == [])
            #expect(try await database.run(CatalogDump.query, as: database.superuser) == before)
            #expect(try await database.connect { try await migrator.status(on: $0) }.plan.isUpToDate)
        }
    }

    @Test("gives the schemas to pgsync_owner where the user may act as it, else to the user")
    func choosesTheOwner() async throws {
        for owner in TestDatabase.Owner.allCases {
            try await TestDatabase.with(owner: owner) { database in
                _ = try await migrate(database)
                let owners = try await database.run(
                    "select distinct pg_get_userbyid(nspowner) from pg_namespace where nspname in ('pgsync', 'ledger')"
                )
                #expect(owners == [owner == .plain ? database.owner : "pgsync_owner"])
            }
        }
    }

    @Test("arrives at the same catalog step by step as at once", arguments: TestDatabase.Owner.allCases)
    func stepByStep(owner: TestDatabase.Owner) async throws {
        let files = EmbeddedSQL.files
        let migrations = SchemaDefinition.embedded.migrations
        var dumps: [[String?]] = []
        for isStepwise in [false, true] {
            try await TestDatabase.with(owner: owner) { database in
                if isStepwise {
                    for migration in migrations.dropLast() {
                        let known = files.filter { file in
                            Migration(file).map { $0.number <= migration.number }
                                ?? (file.path == "sql/roles.sql")
                        }
                        _ = try await migrate(
                            database,
                            with: Migrator(definition: SchemaDefinition(known), binaryVersion: "1.0")
                        )
                    }
                }
                _ = try await migrate(database)
                dumps.append(try await catalog(of: database))
            }
        }
        #expect(dumps[0] == dumps[1])
        #expect(dumps[0].count > 50)
    }

    @Test("has the same effect as its printed script", arguments: TestDatabase.Owner.allCases)
    func printsWhatItDoes(owner: TestDatabase.Owner) async throws {
        var dumps: [[String?]] = []
        for isPrinted in [false, true] {
            try await TestDatabase.with(owner: owner) { database in
                if isPrinted {
                    try await database.psql(
                        try await database.connect { try await migrator.pendingScript(on: $0) }
                    )
                    #expect(try await migrate(database) == [])
                } else {
                    _ = try await migrate(database)
                }
                dumps.append(try await catalog(of: database))
            }
        }
        #expect(dumps[0] == dumps[1])
    }

    @Test("lets any number of migrators run at once, each step being taken by one of them")
    func manyAtOnce() async throws {
        try await TestDatabase.with { database in
            let taken = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 { group.addTask { try await migrate(database) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let once = taken.filter { !$0.contains("roles.sql") }
            #expect(Set(once).count == once.count)
            #expect(once.count == SchemaDefinition.embedded.migrations.count + 1)
        }
    }

    @Test("migrates several databases of a cluster at once, though the roles are shared")
    func manyDatabases() async throws {
        let own = SchemaDefinition.embedded.migrations.count + 1
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await TestDatabase.with(owner: .roleCreator) { database in
                        // Each takes all steps of its own, whoever makes the roles.
                        let taken = try await migrate(database)
                        #expect(taken.count { !$0.contains("roles.sql") } == own)
                        let status = try await database.connect { try await migrator.status(on: $0) }
                        #expect(status.facts.isInstalled && status.plan.steps.isEmpty, "\(status)")
                        #expect(try await migrate(database) == [])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("says who holds the lock, and gives up in time")
    func saysWhoHoldsTheLock() async throws {
        try await TestDatabase.with { database in
            try await database.connect(as: database.superuser.with("application_name", "rival")) { rival in
                let rivalID = try await rival.withSession { session in
                    try session.runScript(
                        "begin; select pg_advisory_xact_lock(\(MigrationScript.advisoryLock))"
                    )
                    return Int(session.processID)
                }
                var events: [MigrationEvent] = []
                let impatient = Migrator(binaryVersion: "1.0", lockTimeout: .milliseconds(50))
                let error = await #expect(throws: SchemaError.self) {
                    try await database.connect { connection in
                        try await impatient.migrate(on: connection) { events.append($0) }
                    }
                }
                guard case .lockTimeout(_, let holder?) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(holder.processID == rivalID)
                #expect(holder.applicationName == "rival")
                #expect(events == [.waiting(for: holder)])
                #expect(try await rival.withSession { try $0.execute("rollback") } == 0)
            }
            #expect(try await migrate(database).isEmpty == false)
        }
    }

    @Test("cuts one table into ranges although another is held, and says which it gave up")
    func givesUpCutting() async throws {
        try await TestDatabase.with { database in
            _ = try await migrate(database)
            try await database.uncut()
            try await database.run("select nextval('pgsync.sync_logs_id_seq')")
            var events: [MigrationEvent] = []
            try await database.connect { holder in
                _ = try await holder.withSession {
                    try $0.runScript("begin; lock table pgsync.sync_logs in row exclusive mode")
                }
                _ = try await database.connect { connection in
                    try await Migrator(binaryVersion: "1.0").migrate(on: connection) { events.append($0) }
                }
            }
            #expect(events == [.gaveUpCutting(table: "pgsync.sync_logs")])
            #expect(
                try await database.lines("select table_name from pgsync.id_ranges where from_id = 0")
                    == ["sync_audit_log"]
            )
            #expect(try await migrate(database) == [])
            #expect(try await database.lines("select finding from pgsync.inspect_ranges()") == [])
        }
    }

    @Test("goes on where a migrator that died left off")
    func goesOnAfterADeath() async throws {
        try await TestDatabase.with { database in
            let first = SchemaDefinition(
                EmbeddedSQL.files.filter {
                    $0.path == "migrations/0001_schemas.sql" || $0.path.contains("/functions/configuration_")
                        || $0.path == "sql/roles.sql"
                }
            )
            try await database.connect {
                _ = try await Migrator(definition: first, binaryVersion: "1.0").migrate(on: $0)
            }
            try await database.connect(as: database.superuser) { dying in
                try await dying.withSession { session in
                    _ = try session.runScript(
                        "begin; select pg_advisory_xact_lock(\(MigrationScript.advisoryLock)); create table pgsync.half ()"
                    )
                }
            }
            #expect(try await migrate(database).contains("migrations/0002_sync_configuration.sql"))
            #expect(try await database.run("select to_regclass('pgsync.half')") == [nil])
        }
    }

    @Test("undoes a failing migration whole, and names it")
    func undoesAFailingMigration() async throws {
        try await TestDatabase.with { database in
            let broken = SchemaDefinition(
                EmbeddedSQL.files + [
                    EmbeddedFile(
                        path: "migrations/\(nextNumber)_broken.sql",
                        text: "-- Broken.\ncreate table pgsync.half ();\nselect 1 / 0;\n"
                    )
                ]
            )
            let error = await #expect(throws: SchemaError.self) {
                try await migrate(database, with: Migrator(definition: broken, binaryVersion: "1.0"))
            }
            #expect(error?.description.hasPrefix("migrations/\(nextNumber)_broken.sql failed") == true)
            #expect(error?.debugDescription.contains("division by zero") == true)
            let half = try await database.run("select to_regclass('pgsync.half')")
            #expect(half == [nil])
            let steps = try await migrate(database)
            #expect(steps.last?.hasPrefix("sql/ ") == true)
            #expect(!steps.contains { $0.hasPrefix("migrations/") })
        }
    }

    private var nextNumber: String {
        let number = String(SchemaDefinition.embedded.migrations.count + 1)
        return String(repeating: "0", count: 4 - number.count) + number
    }

    @Test("reads its status without the right to migrate, and says so when it may not even read")
    func readsStatusAsAReader() async throws {
        try await TestDatabase.with { database in
            _ = try await migrate(database)
            let reader = "reader_of_\(database.name)"
            try await database.run("create role \(reader) login")
            let options = database.options.with("user", reader)
            await #expect(throws: SchemaError.notReadable(user: reader, owner: nil)) {
                try await database.connect(as: options) { try await migrator.status(on: $0) }
            }
            try await database.run("grant pgsync_reader to \(reader)")
            let status = try await database.connect(as: options) { try await migrator.status(on: $0) }
            #expect(status.plan.isUpToDate)
            #expect(status.records.allSatisfy { $0.appliedBy == "postgres" && $0.binaryVersion == "1.0" })
            try await database.run("drop role \(reader)")
        }
    }

    @Test("grants a role its rights when it appears after the installation")
    func grantsLateRoles() async throws {
        try await TestDatabase.with { database in
            _ = try await migrate(database)
            // As it was recorded while nobody existed.
            try await database.run(
                """
                update pgsync.migrations set checksum = repeat('0', 64) where path = 'sql/grants.sql';
                revoke all on all tables in schema pgsync from pgsync_reader
                """
            )
            #expect(try await migrate(database).count == 1)
            #expect(
                try await database.run(
                    "select has_table_privilege('pgsync_reader', 'pgsync.migrations', 'select')"
                ) == ["t"]
            )
        }
    }
}
