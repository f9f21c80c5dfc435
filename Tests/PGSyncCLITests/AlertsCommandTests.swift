import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync alerts", .timeLimit(.minutes(10)))
struct AlertsCommandTests {
    private func withDatabase(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        try await CommandLineDatabase.migrated { database in
            try await body(database)
        }
    }

    /// Makes a schedule late, and its alert fire.
    private func fire(in database: CommandLineDatabase) async throws {
        try await database.query(
            """
            select pgsync.set_configuration('alert_for_seconds', '0');
            update pgsync.sync_schedules set next_run_at = now() - interval '1 hour' where name = 'retention';
            """
        )
    }

    @Test("check says whether anything is wrong, by its exit code")
    func check() async throws {
        try await withDatabase { database in
            let well = await database.run("alerts", "check")
            #expect(well.exitCode == .success && well.output == "ok: nothing is wrong\n")
            #expect(await database.run("alerts", "check", "--quiet").output == "")
            #expect(
                await database.run("alerts", "check", "--nagios").output
                    == "PGSYNC OK: nothing is wrong | alerts=0\n"
            )

            try await fire(in: database)
            let warning = await database.run("alerts", "check", "--quiet")
            #expect(warning.exitCode == .alertsWarning)
            #expect(warning.output == "medium SCHEDULE_LATE retention: retention was due 60 min ago\n")
            #expect(await database.run("alerts", "check", "--nagios").exitCode.code == 1)

            try await database.query(
                "insert into pgsync.sync_workers (name, host, pid, version, posters) values ('w', 'db1', 1, '1', 1)"
            )
            let critical = await database.run("alerts", "check")
            #expect(critical.exitCode == .alertsCritical)
            #expect(
                critical.output
                    == "critical SYSTEM_DOWN: no worker runs; w on db1 ended without shutting down\n",
                "what it explains is held back"
            )
            #expect(await database.run("alerts", "check", "--nagios").exitCode.code == 2)
            let json = try await database.run("alerts", "check", "--json").json
            #expect(json["verdict"] == "critical" && json["alerts"]?[0]?["kind"] == "SYSTEM_DOWN")

            try await database.query(
                "delete from pgsync.sync_workers; drop function pgsync.chain_alerts(timestamptz)"
            )
            try await database.query("update pgsync.sync_schedules set next_run_at = null")
            let unknown = await database.run("alerts", "check")
            #expect(unknown.exitCode == .alertsUnknown)
            #expect(unknown.output.hasPrefix("unknown CHAIN_BROKEN: cannot be observed: "))
            #expect(await database.run("alerts", "check", "--nagios").exitCode.code == 3)
        }
    }

    @Test("check needs no right to change anything, and says unknown to Nagios without a database")
    func reading() async throws {
        try await withDatabase { database in
            try await fire(in: database)
            try await database.withRole { role in
                try await database.query("grant pgsync_reader to \(role)")
                #expect(await database.run("alerts", "check", as: role).exitCode == .alertsWarning)
                #expect(try await database.query("select count(*)::text from pgsync.sync_alerts") == ["0"])
                let refused = await database.run(
                    "alerts",
                    "silence",
                    "--kind",
                    "SYSTEM_DOWN",
                    "--for",
                    "1h",
                    "--reason",
                    "x",
                    as: role
                )
                #expect(refused.exitCode == .notPermitted && refused.errors.contains("grant pgsync_operator"))
                try await database.query("grant pgsync_operator to \(role)")
                #expect(await database.run("alerts", "check", as: role).exitCode == .alertsWarning)
                #expect(
                    try await database.query("select state || ' ' || kind from pgsync.sync_alerts")
                        == ["firing SCHEDULE_LATE"]
                )
            }
        }
        let away = await CommandLineRun(
            ["alerts", "check", "--nagios"],
            environment: ["PGSYNC_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"]
        )
        #expect(away.exitCode.code == 3 && away.output.hasPrefix("PGSYNC UNKNOWN: "))
        #expect(away.output.split(separator: "\n").count == 1)
    }

    @Test("are listed, acknowledged, silenced, watched and remembered")
    func life() async throws {
        try await withDatabase { database in
            let empty = await database.run("alerts", "list")
            #expect(empty.output == "nothing is wrong; alerts were never checked; a worker checks them\n")
            try await fire(in: database)
            // Nobody has checked yet.
            #expect(
                await database.run("alerts", "list").output.contains(
                    /– .*medium +SCHEDULE_LATE +retention +pending/
                )
            )
            _ = await database.run("alerts", "check")
            #expect(
                await database.run("alerts", "list").output.contains(
                    /1 .*medium +SCHEDULE_LATE +retention +firing/
                )
            )
            #expect(await database.run("names", "alerts").output == "1\n")
            #expect(await database.run("names", "alert-kinds").output.hasPrefix("SYSTEM_DOWN\n"))
            let status = await database.run("status")
            #expect(status.output.hasPrefix("ALERT"), "\(status.output)")
            #expect(status.output.contains("medium SCHEDULE_LATE retention: retention was due"))
            let list = try await database.run("alerts", "list", "--json").json
            #expect(list["alerts"]?[0]?["alert"] == 1 && list["alerts"]?[0]?["class"] == "retention")
            #expect(list["alerts"]?[0]?["wrong_now"] == true && list["checked_by"] == "postgres")

            let acknowledged = await database.run("alerts", "ack", "1", "--for", "4h", "--note", "on it")
            #expect(acknowledged.output.hasPrefix("acknowledged alert 1, SCHEDULE_LATE retention, until "))
            #expect(await database.run("alerts", "check").exitCode == .success)
            #expect(await database.run("alerts", "list").output.contains("acknowledged by postgres until"))
            #expect(await database.run("status").output.hasPrefix("ALERT") == false)
            #expect(await database.run("alerts", "ack", "99").exitCode == .noSuchChange)
            #expect(await database.run("alerts", "ack", "1", "--end", "--for", "4h").exitCode == .usage)
            let ended = await database.run("alerts", "ack", "1", "--end")
            #expect(ended.output.contains("is not acknowledged any more"), "\(ended.errors)")
            #expect(await database.run("alerts", "ack", "1", "--end").exitCode == .noSuchChange)
            #expect(
                await database.run("alerts", "ack", "1", "--for", "4h", "--note", "on it").exitCode
                    == .success
            )

            let silence = await database.run(
                "alerts",
                "silence",
                "--kind",
                "SCHEDULE_LATE",
                "--for",
                "2h",
                "--reason",
                "move"
            )
            #expect(silence.output.contains(/^silence 1: SCHEDULE_LATE until .* by postgres: move\n/))
            #expect(
                try await database.run("alerts", "list", "--json").json["alerts"]?[0]?["state"] == "silenced"
            )
            let watched = try await database.run("alerts", "watch", "--count", "1", "--json").json
            #expect(watched["kind"] == "SCHEDULE_LATE" && watched["silence"] == 1)
            #expect(await database.run("alerts", "silence", "--end", "1").output == "ended silence 1\n")
            #expect(await database.run("alerts", "silence", "--end", "1").exitCode == .noSuchChange)
            let unknown = await database.run(
                "alerts",
                "silence",
                "--kind",
                "NONE",
                "--for",
                "2h",
                "--reason",
                "x"
            )
            #expect(unknown.exitCode == .configuration && unknown.errors.contains("There are: SYSTEM_DOWN, "))
            for words in [
                ["--kind", "SYSTEM_DOWN"], ["--for", "1h", "--reason", "x"], ["--end", "1", "--for", "1h"],
            ] {
                let run = await CommandLineRun(
                    ["alerts", "silence"] + words,
                    environment: ["PGSYNC_DATABASE_URL": database.url()]
                )
                #expect(run.exitCode == .usage, "\(words)")
            }

            try await database.query(
                """
                select pgsync.set_configuration('alert_keep_seconds', '0');
                update pgsync.sync_schedules set next_run_at = null;
                """
            )
            _ = await database.run("alerts", "check")
            #expect(
                await database.run("alerts", "history").output.contains(/1 +medium +SCHEDULE_LATE +retention/)
            )
            let history = try await database.run("alerts", "history", "--kind", "SCHEDULE_LATE", "--json")
                .json
            #expect(history[0]?["state"] == "resolved" && history[0]?["note"] == "on it")
            #expect(try await database.run("alerts", "history", "--kind", "X", "--json").json.array == [])
        }
    }
}
