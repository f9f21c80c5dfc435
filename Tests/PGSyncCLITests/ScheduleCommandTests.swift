import Arguments
import JSON
import Testing

@testable import PGSyncCLI

@Suite("pgsync schedule", .timeLimit(.minutes(10)))
struct ScheduleCommandTests {
    private func withDatabase(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query("delete from pgsync.sync_schedules where name <> 'retention'")
            try await body(database)
        }
    }

    @Test("creates, changes, shows, disables, runs and removes schedules")
    func life() async throws {
        try await withDatabase { database in
            let list = try await database.run("schedule", "list", "--json").json
            #expect(list.array?.count == 1 && list[0]?["schedule"] == "retention")
            #expect(list[0]?["as_installed"] == true && list[0]?["next_at"] == .null)

            let created = await database.run(
                "schedule",
                "set",
                "nightly",
                "--kind",
                "retention",
                "--cron",
                "30 2 * * *",
                "--zone",
                "Asia/Kolkata",
                "--subject",
                "more",
                "--too-late",
                "6h"
            )
            #expect(created.output.hasPrefix("nightly runs at 02:30 every day; next: "), "\(created.errors)")
            #expect(created.output.contains("02:30 · ") && created.output.contains("21:00 UTC"))
            let changed = try await database.run("schedule", "set", "nightly", "--never-too-late", "--json")
                .json
            #expect(changed["too_late_seconds"] == .null && changed["subject"] == "more")
            #expect(changed["cron"] == "30 2 * * *" && changed["updated_by"] == "postgres")
            #expect(changed["as_installed"] == false)

            let next = await database.run("schedule", "next", "nightly", "--count", "2")
            #expect(next.output.split(separator: "\n").count == 3 && next.errors == "at 02:30 every day\n")
            #expect(
                await database.run("schedule", "disable", "nightly").output
                    == "disabled nightly; to let it run again: pgsync schedule enable nightly\n"
            )
            #expect(await database.run("schedule", "list").output.contains(/nightly .* disabled/))
            let run = await database.run("schedule", "run", "nightly")
            #expect(run.output.hasPrefix("started job 1, retention of more; "))
            let again = await database.run("schedule", "run", "nightly")
            #expect(
                again.exitCode == .noSuchChange && again.errors.contains("job 1 of nightly has not ended yet")
            )
            #expect(try await database.run("jobs", "show", "1", "--json").json["trigger"] == "cli")
            let history = try await database.run("schedule", "history", "nightly", "--json").json
            #expect(history[0]?["outcome"] == "started" && history[0]?["due_at"] == .null)
            #expect(history[0]?["job"] == 1 && history[0]?["state"] == "pending")
            #expect(await database.run("schedule", "history", "nightly").output.contains("by hand: "))
            #expect(
                await database.run("schedule", "enable", "nightly").output.hasPrefix(
                    "enabled nightly; next: "
                )
            )
            #expect(await database.run("schedule", "remove", "nightly").output == "removed nightly\n")
            #expect(
                await database.run("schedule", "history", "retention").errors == "retention has not run yet\n"
            )
        }
    }

    @Test("tells of missed, skipped, late and failed runs")
    func history() async throws {
        try await withDatabase { database in
            try await database.query(
                """
                -- Of no time of the day, so that none of its own comes while this runs.
                select pgsync.set_schedule(
                    'retention', cron => '0 ' || extract(hour from now() at time zone 'UTC' - interval '2 hours') || ' * * *'
                );
                update pgsync.sync_schedules set next_run_at = now() - interval '3 days 1 hour';
                select pgsync.take_due_schedules();
                update pgsync.sync_schedules set next_run_at = now() - interval '1 hour';
                select pgsync.take_due_schedules();
                select pgsync.set_schedule('retention', too_late_after => '1 minute');
                update pgsync.sync_schedules set next_run_at = now() - interval '1 hour';
                select pgsync.take_due_schedules();
                select pgsync.take_job('{retention}');
                select pgsync.end_job(1, error_message => 'no disk');
                """
            )
            let text = await database.run("schedule", "history", "retention").output
            let lines = text.split(separator: "\n")
            try #require(lines.count == 4, "\(text)")
            #expect(lines[1].contains(/too_late .*too late/), "\(text)")
            #expect(lines[2].contains(/skipped +1 .*job 1 had not ended/), "\(text)")
            #expect(lines[3].contains(/started +1 +failed .*missed 3, caught up once; no disk/), "\(text)")
            let list = try await database.run("schedule", "list", "--json").json
            #expect(list[0]?["runs"] == 3 && list[0]?["skipped_runs"] == 1)
        }
    }

    @Test("tries an expression, and shows where clocks move it")
    func expression() async throws {
        try await withDatabase { database in
            let json = try await database.run(
                "schedule",
                "next",
                "--cron",
                "30 2 29 3 *",
                "--zone",
                "Europe/Berlin",
                "--count",
                "12",
                "--json"
            ).json
            #expect(json["words"] == "at 02:30 on day 29 in March", "\(json)")
            // In 2026 or a later year the last Sunday of March is the 29th.
            #expect(json["times"]?.array?.contains { $0["moved"] == true } == true)
            let isRight = json["times"]?.array?.allSatisfy { time in
                (time["moved"] == true) == (time["local"]?.string?.hasSuffix("03:00") == true)
            }
            #expect(isRight == true)
        }
    }

    @Test(
        "says what is wrong with a schedule, and what to do",
        arguments: [
            (["set", "x"], ExitCode.configuration, "needs a kind of job and a cron expression"),
            (
                ["set", "x", "--kind", "dream", "--cron", "@daily"], .configuration,
                "The kinds are: "
            ),
            (
                ["set", "x", "--kind", "retention", "--cron", "61 * * * *"], .configuration,
                "is not from 0 to 59"
            ),
            (["set", "retention", "--zone", "Mars"], .configuration, "'Mars' is not a time zone"),
            (["set", "retention", "--every", "queue"], .configuration, "'queue' is not a setting of hours"),
            (["set", "retention", "--too-late", "1h", "--never-too-late"], .usage, "choose one of"),
            (["enable", "retentoin"], .noTable, "did you mean 'retention'?"),
            (["history", "x"], .noTable, "unknown schedule x; the schedules are retention"),
            (["next"], .usage, "name a schedule"),
            (["next", "retention", "--cron", "@daily"], .usage, "name a schedule"),
            (["next", "--cron", "0 0 30 2 *"], .configuration, "never comes"),
            (["next", "--cron", "@daily", "--zone", "Mars"], .configuration, "time zone"),
        ]
    )
    func wrong(words: [String], code: ExitCode, message: String) async throws {
        try await withDatabase { database in
            let run = await CommandLineRun(
                ["schedule"] + words,
                environment: ["PGSYNC_DATABASE_URL": database.url()]
            )
            #expect(run.exitCode == code && run.errors.contains(message), "\(run.exitCode) \(run.errors)")
        }
    }

    @Test("is shown to every role, and changed by operators alone")
    func roles() async throws {
        try await withDatabase { database in
            for role in ["pgsync_reader", "pgsync_auditor", "pgsync_worker", "pgsync_operator"] {
                try await database.withRole { user in
                    try await database.query("grant \(role) to \(user)")
                    let reading = ["list", "history retention", "next retention"]
                    for words in reading + [
                        "disable retention", "set retention --cron @daily", "run retention",
                    ] {
                        let run = await CommandLineRun(
                            "schedule \(words)".split(separator: " ").map(String.init),
                            environment: ["PGSYNC_DATABASE_URL": database.url(as: user)]
                        )
                        let isAllowed = role == "pgsync_operator" || reading.contains(words)
                        #expect(
                            run.exitCode == (isAllowed ? .success : .notPermitted),
                            "\(role) \(words): \(run.errors)"
                        )
                    }
                }
            }
        }
    }
}
