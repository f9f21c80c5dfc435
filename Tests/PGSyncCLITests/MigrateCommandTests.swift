import Arguments
import JSON
import PGSyncSchema
import Postgres
import Testing

@testable import PGSyncCLI

@Suite("pgsync migrate", .timeLimit(.minutes(10)))
struct MigrateCommandTests {
    @Test("applies every step, says how long each took, and does nothing the second time")
    func appliesOnce() async throws {
        try await CommandLineDatabase.with { database in
            let first = await database.run("migrate")
            #expect(first.exitCode == .success)
            #expect(first.errors.contains(/applied migrations\/0001_schemas.sql  \d+(\.\d)? m?s\n/))
            #expect(first.output.contains(/the schema is up to date: \d+ steps in/))
            let second = await database.run("migrate")
            #expect(second.exitCode == .success)
            #expect(second.output == "the schema is up to date\n")
            #expect(second.errors.isEmpty)
        }
    }

    @Test("succeeds for whoever may only become the owner of the schema")
    func withoutInheritance() async throws {
        try await CommandLineDatabase.migrated { database in
            let role = "heir_\(UInt32.random(in: 0 ... .max))"
            _ = try await database.query(
                "create role \(role) login noinherit in role pgsync_owner; delete from pgsync.migrations where kind = 'object'"
            )
            let run = await database.run("migrate", as: role)
            #expect(run.exitCode == .success, "\(run.errors)")
            #expect(run.output.contains("the schema is up to date: "))
            _ = try await database.query("drop role \(role)")
        }
    }

    @Test("says nothing when quiet, and one document when asked for JSON")
    func otherOutputs() async throws {
        try await CommandLineDatabase.with { database in
            let json = await database.run("migrate", "--json")
            #expect(json.errors.isEmpty)
            let steps = try #require(try json.json["applied"]?.array)
            #expect(steps.contains { $0["step"]?.string == "migrations/0001_schemas.sql" })
            #expect(steps.allSatisfy { ($0["seconds"]?.number?.double ?? 0) > 0 })
            let quiet = await database.run("migrate", "--quiet")
            #expect((quiet.output + quiet.errors).isEmpty)
        }
    }

    @Test("shows what is missing, then what has been applied, and changes nothing by that")
    func status() async throws {
        try await CommandLineDatabase.with { database in
            let before = await database.run("migrate", "--status")
            #expect(before.exitCode == .success)
            #expect(before.output.contains("missing: migrations/0001_schemas.sql\n"))
            #expect(before.output.hasSuffix("pgsync is not installed in database \(database.name)\n"))
            #expect(await database.run("migrate", "--dry-run").output == before.output)
            #expect(await database.run("migrate").exitCode == .success)
            let after = await database.run("migrate", "--status")
            #expect(
                after.output.contains(/migrations\/0001_schemas.sql +20\d\d-\d\d-\d\d .* UTC +postgres +0/)
            )
            #expect(after.output.hasSuffix("\nthe schema is up to date\n"))
            let json = try await database.run("migrate", "--status", "--json").json
            #expect(json["up_to_date"] == true)
            #expect(json["missing"] == [])
        }
    }

    @Test("prints scripts without a database, and what is missing with one")
    func prints() async throws {
        let all = await CommandLineRun("migrate", "--print")
        #expect(all.exitCode == .success)
        #expect(all.output.contains("create table pgsync.sync_configuration"))
        #expect(await CommandLineRun("migrate", "--print", "all").output == all.output)
        let roles = await CommandLineRun("migrate", "--print=roles")
        #expect(roles.output.contains("create role") && !roles.output.contains("create table"))
        try await CommandLineDatabase.migrated { database in
            #expect(await database.run("migrate", "--print", "pending").output.contains("Nothing to do"))
        }
    }

    @Test("names the one who holds the lock, gives up in time, and ends with its own exit code")
    func lockTimeout() async throws {
        try await CommandLineDatabase.with { database in
            let options = try ConnectionOptions(database.url()).with("application_name", "slow hand")
            try await PostgresConnection.withConnection(to: options) { holder in
                let processID = try await holder.withSession { session in
                    try session.query("select pg_advisory_lock(\(MigrationScript.advisoryLock))")
                    return session.processID
                }
                let run = await database.run("migrate", "--lock-timeout", "100ms")
                #expect(run.exitCode == .lockTimeout)
                #expect(
                    run.errors.contains("waiting for process \(processID) of postgres running slow hand\n")
                )
                #expect(run.errors.contains("error: pgsync migrate waited too long for a lock"))
            }
        }
    }

    @Test(
        "ends with an exit code of its own where the schema does not fit",
        arguments: [
            (
                """
                insert into pgsync.migrations (path, kind, number, name, checksum, breaking, binary_version)
                values ('migrations/9999_later.sql', 'migration', 9999, 'later', repeat('0', 64), true, '9')
                """,
                "80"
            ),
            ("update pgsync.migrations set checksum = repeat('0', 64) where number = 1", "81"),
        ]
    )
    func conflicts(change: String, code: String) async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query(change)
            for words in ["migrate", "migrate --status", "migrate --print pending", "config list"] {
                let words = words.split(separator: " ").map(String.init)
                let run = await CommandLineRun(words, environment: ["DATABASE_URL": database.url()])
                #expect("\(run.exitCode.code)" == code, "\(words): \(run.errors)")
            }
        }
    }

    @Test("says what an administrator has to run for a user who may not install")
    func notPermitted() async throws {
        try await CommandLineDatabase.with { database in
            try await database.withRole { role in
                for words in [["migrate"], ["migrate", "--dry-run"]] {
                    let run = await CommandLineRun(
                        words,
                        environment: ["DATABASE_URL": database.url(as: role)]
                    )
                    #expect(run.exitCode == .notPermitted)
                    #expect(
                        run.errors.contains("grant create on database \"\(database.name)\" to \"\(role)\"")
                    )
                }
            }
        }
    }

    @Test("refuses what cannot be done together")
    func conflictingOptions() async {
        let run = await CommandLineRun("migrate", "--status", "--print", "all")
        #expect(run.exitCode == .usage)
    }
}
