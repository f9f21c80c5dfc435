import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync config", .timeLimit(.minutes(10)))
struct ConfigCommandTests {
    @Test("lists, changes and resets a setting")
    func changes() async throws {
        try await CommandLineDatabase.migrated { database in
            let list = await database.run("config", "list")
            #expect(
                list.output.contains(/queue_batch_size +500 +changes +yes +a whole number from 1 to 100000/)
            )
            let set = await database.run("config", "set", "queue_batch_size", "1000")
            #expect(set.output == "queue_batch_size = 1000 changes\n")
            #expect(await database.run("config", "get", "queue_batch_size").output == "1000\n")
            #expect(
                await database.run("config", "list").output.contains(
                    /queue_batch_size +1000 +changes +no: 500/
                )
            )
            let reset = await database.run("config", "reset", "queue_batch_size")
            #expect(reset.output == "queue_batch_size = 500 changes (the default)\n")
            let json = try await database.run("config", "get", "queue_batch_size", "--json").json
            #expect(json["changed"] == false && json["value"] == "500")
        }
    }

    @Test("says what was meant, and what is allowed")
    func refusals() async throws {
        try await CommandLineDatabase.migrated { database in
            let unknown = await database.run("config", "get", "queue_batchsize")
            #expect(unknown.exitCode == .configuration)
            #expect(
                unknown.errors
                    == "error: unknown setting queue_batchsize; did you mean 'queue_batch_size'?\n"
            )
            let invalid = await database.run("config", "set", "queue_batch_size", "none")
            #expect(invalid.exitCode == .configuration)
            #expect(invalid.errors.contains("must be a whole number from 1 to 100000 changes, not 'none'"))
            for (key, value, sentence) in [
                (
                    "closed_period_policy", "open_next",
                    "closed_period_policy must be sweep or refuse, not 'open_next'"
                ),
                ("books_time_zone", "Mars", "'Mars' is not a time zone; see pg_timezone_names"),
                (
                    "permanent_error_classes", "data.*, data.typo",
                    "unknown error class 'data.typo'; see pgsync.error_classes()"
                ),
            ] {
                let run = await database.run("config", "set", key, value)
                #expect(run.exitCode == .configuration, "\(key)")
                #expect(run.errors == "error: \(sentence)\n")
            }
            let list = await database.run("config", "list")
            #expect(list.output.contains(/closed_period_policy.* sweep or refuse/))
            #expect(list.output.contains(/books_time_zone.* the name of a time zone/))
        }
    }

    @Test("says that there is nothing yet, and what to run")
    func notInstalled() async throws {
        try await CommandLineDatabase.with { database in
            let run = await database.run("config", "list")
            #expect(run.exitCode == .schemaMissing)
            #expect(run.errors.contains("run pgsync migrate"))
        }
    }

    @Test("tells a user without the right from one with it")
    func rights() async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.withRole { role in
                #expect(await database.run("config", "list", as: role).exitCode == .notPermitted)
                try await database.query("grant pgsync_reader to \(role)")
                #expect(await database.run("config", "list", as: role).exitCode == .success)
                let refused = await database.run("config", "set", "retention_days", "30", as: role)
                #expect(refused.exitCode == .notPermitted)
                try await database.query("grant pgsync_operator to \(role)")
                let allowed = await database.run("config", "set", "retention_days", "30", as: role)
                #expect(allowed.exitCode == .success, "\(allowed.errors)")
            }
        }
    }
}
