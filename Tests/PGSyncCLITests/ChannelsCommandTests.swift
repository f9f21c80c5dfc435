import Arguments
import JSON
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync channels", .timeLimit(.minutes(10)))
struct ChannelsCommandTests {
    private func withDatabase(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        try await CommandLineDatabase.migrated { database in
            try await body(database)
        }
    }

    @Test("creates, changes, shows, disables and removes channels")
    func life() async throws {
        try await withDatabase { database in
            #expect(try await database.run("channels", "list", "--json").json == [])
            let created = await database.run(
                "channels",
                "set",
                "post",
                "--kind",
                "mail",
                "--set",
                "host=mail.example",
                "--set",
                "from=books@example.com",
                "--set",
                "to=a@example.com",
                "--set",
                "to=b@example.com",
                "--set",
                "port=25"
            )
            #expect(
                created.output
                    == "post sends to a@example.com, b@example.com; to try it: pgsync channels test post\n",
                "\(created.errors)"
            )
            let changed = try await database.run(
                "channels",
                "set",
                "post",
                "--set",
                "to=c@example.com",
                "--set",
                "port=",
                "--min-severity",
                "high",
                "--json"
            ).json
            #expect(
                changed["settings"]
                    == ["host": "mail.example", "from": "books@example.com", "to": ["c@example.com"]]
            )
            #expect(changed["min_severity"] == "high" && changed["enabled"] == true)
            let list = await database.run("channels", "list")
            #expect(list.output.contains(/post .* mail .* c@example.com .* not used yet/), "\(list.output)")
            #expect(
                await database.run("channels", "disable", "post").output
                    == "disabled post; to use it again: pgsync channels enable post\n"
            )
            #expect(await database.run("channels", "enable", "post").output.hasPrefix("enabled post; "))
            #expect(await database.run("names", "channels").output == "post\n")
            #expect(await database.run("channels", "remove", "post").output == "removed post\n")
            let missing = await database.run("channels", "enable", "post")
            #expect(missing.exitCode == .noTable && missing.errors.contains("unknown channel post"))
        }
    }

    @Test("refuses what cannot work, without showing what may be a secret")
    func refusals() async throws {
        try await withDatabase { database in
            for (words, reason) in [
                (["--kind", "slack", "--secret", "https://hooks.slack.example/hush"], "not kept here"),
                (["--kind", "webhook", "--set", "url=https://a.example"], "needs a secret"),
                (["--kind", "notify", "--set", "x=1"], "no setting"),
                (["--min-severity", "low", "--secret", ""], "needs a kind"),
            ] {
                let run = await database.run(
                    "channels",
                    "set",
                    "one",
                    words[0],
                    words[1],
                    words[2],
                    words[3]
                )
                #expect(run.exitCode == .configuration, "\(words)")
                #expect(run.errors.contains(reason) && !run.errors.contains("hush"), "\(run.errors)")
            }
            #expect(await database.run("channels", "set", "one", "--set", "x").exitCode == .usage)
        }
    }

    @Test("test says what the other side answered, or why nothing arrived")
    func test() async throws {
        try await withDatabase { database in
            _ = await database.run("channels", "set", "hear", "--kind", "notify")
            let heard = await database.run("channels", "test", "hear")
            #expect(heard.output == "hear: delivered: listeners of pgsync_alerts were notified\n")
            _ = await database.run(
                "channels",
                "set",
                "hook",
                "--kind",
                "webhook",
                "--set",
                "url=https://example.invalid/",
                "--secret",
                "env:PGSYNC_SECRET_NOT_SET"
            )
            let failed = await database.run("channels", "test", "hook")
            #expect(failed.exitCode == .notDelivered && failed.errors.contains("(delivery.settings)"))
            let json = try await database.run("channels", "test", "hook", "--json").json
            #expect(json["delivered"] == false && json["error_class"] == "delivery.settings")
        }
    }
}
