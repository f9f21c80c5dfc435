import PGSyncSchema
import Postgres
import TestSupport
import Testing

extension MigratorTests {
    @Test("refuses an edited history and a newer breaking one, and leaves a newer harmless one alone")
    func refusesOtherHistories() async throws {
        try await TestDatabase.with { database in
            _ = try await migrate(database)
            try await database.run("update pgsync.migrations set checksum = repeat('0', 64) where number = 2")
            await #expect(
                throws: SchemaError.checksumChanged(paths: ["migrations/0002_sync_configuration.sql"])
            ) {
                try await migrate(database)
            }
        }
        for isBreaking in [false, true] {
            try await TestDatabase.with { database in
                _ = try await migrate(database)
                try await database.run(
                    """
                    insert into pgsync.migrations (path, kind, number, name, checksum, breaking, binary_version)
                    values ('migrations/9000_later.sql', 'migration', 9000, 'later', repeat('0', 64), \(isBreaking), '9');
                    update pgsync.migrations set checksum = repeat('0', 64) where kind = 'object'
                    """
                )
                if isBreaking {
                    await #expect(throws: SchemaError.schemaTooNew(breaking: ["migrations/9000_later.sql"])) {
                        try await migrate(database)
                    }
                } else {
                    #expect(try await migrate(database) == [])
                    let status = try await database.connect { try await migrator.status(on: $0) }
                    #expect(status.plan.newerMigrations.map(\.number) == [9000])
                    try status.requireUsable()
                }
            }
        }
    }

    @Test("acts as the owner for whoever may, and refuses everybody else with the remedy")
    func actsAsTheOwner() async throws {
        try await TestDatabase.with(owner: .plain) { database in
            _ = try await migrate(database)
            let owner = database.owner
            try await database.run(
                """
                create role other_\(database.name) login;
                update pgsync.migrations set checksum = repeat('0', 64) where path = 'sql/views/configuration.sql';
                grant select on pgsync.migrations to other_\(database.name);
                grant usage on schema pgsync to other_\(database.name)
                """,
                as: database.superuser
            )
            let other = database.options.with("user", "other_\(database.name)")
            let error = SchemaError.notOwner(user: "other_\(database.name)", owner: owner)
            await #expect(throws: error) {
                try await database.connect(as: other) { try await migrator.migrate(on: $0) }
            }
            try await database.run(
                "alter role other_\(database.name) noinherit; grant \(owner) to other_\(database.name); revoke all on all tables in schema pgsync from other_\(database.name)",
                as: database.superuser
            )
            #expect(
                try await database.connect(as: other) { try await migrator.migrate(on: $0) } == [
                    "sql/ (2 objects)"
                ]
            )
            #expect(
                try await database.run("select viewowner from pg_views where viewname = 'configuration'") == [
                    owner
                ]
            )
            try await database.run(
                "drop owned by other_\(database.name); drop role other_\(database.name)",
                as: database.superuser
            )
        }
    }

    @Test("says what is in the way before it changes anything")
    func saysWhatIsInTheWay() async throws {
        try await TestDatabase.with(encoding: "LATIN1") { database in
            await #expect(throws: SchemaError.notUTF8(encoding: "LATIN1")) { try await migrate(database) }
        }
        try await TestDatabase.with { database in
            let readOnly = database.options.with("options", "-c default_transaction_read_only=on")
            await #expect(throws: SchemaError.databaseIsReadOnly(isStandby: false)) {
                try await database.connect(as: readOnly) { try await migrator.migrate(on: $0) }
            }
            try await database.run("create schema ledger")
            await #expect(throws: SchemaError.schemaNameTaken(name: "ledger", owner: "postgres")) {
                try await migrate(database)
            }
        }
        try await TestDatabase.with(owner: .plain) { database in
            try await database.run(
                "alter database \(database.name) owner to postgres",
                as: database.superuser
            )
            let error = SchemaError.mayNotCreateSchemas(
                user: database.owner,
                database: database.name
            )
            await #expect(throws: error) { try await migrate(database) }
        }
    }
}
