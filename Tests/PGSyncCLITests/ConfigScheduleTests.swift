import Arguments
import Testing

@testable import PGSyncCLI

@Suite("Schedules in a configuration", .timeLimit(.minutes(10)))
struct ConfigScheduleTests {
    private static let text = """
        settings
          job_retention_days  30

        schedules
          night-1    '30 2 * * *'  kind retention  subject more  zone Asia/Kolkata  too_late '06:00:00'
          retention  '0 4 * * *'  every reconciliation_frequency_hours  disabled
        """.replacing("night-1    ", with: "\"night-1\"  ")

    @Test("are planned, applied once, changed, exported, and applied to another database")
    func roundTrip() async throws {
        try await ConfigurationBook.with { book in
            try book.write(Self.text, to: "own.conf")
            let plan = await book.database.run("config", "apply", book.path("own.conf"), "--dry-run")
            #expect(plan.output.contains("+ schedule night-1: 30 2 * * *\n"), "\(plan.output) \(plan.errors)")
            #expect(
                plan.output.contains(
                    "~ schedule retention: cron 0 3 * * * -> 0 4 * * *; "
                        + "every none -> reconciliation_frequency_hours; enabled yes -> no\n"
                )
            )
            #expect(
                try await book.database.query("select count(*)::text from pgsync.sync_schedules") == ["4"]
            )
            let done = await book.database.run("config", "apply", book.path("own.conf"))
            #expect(done.exitCode == .success, "\(done.errors)")
            let again = await book.database.run("config", "apply", book.path("own.conf"))
            #expect(again.output.contains("all is as the file says"), "\(again.output)")
            #expect(
                try await book.database.query(
                    "select next_run_at is null from pgsync.sync_schedules where name in ('night-1', 'retention') order by name"
                ) == ["f", "t"]
            )

            let exported = await book.database.run("config", "export")
            #expect(exported.output.contains(Self.text), "\(exported.output)")
            try book.write("schedules\n  retention '0 3 * * *'\n", to: "own.conf")
            let back = await book.database.run("config", "apply", book.path("own.conf"))
            #expect(
                back.output.contains("? schedule night-1 is not in the file, kept as it is\n"),
                "\(back.output)"
            )
            #expect(back.output.contains("enabled no -> yes"))
            #expect(!(await book.database.run("config", "export").output.contains("retention  '")))
        }
    }

    @Test("are refused at their place, with what is wrong with them")
    func refused() async throws {
        try await ConfigurationBook.with { book in
            try book.write("schedules\n  retention '0 99 * * *'\n  own '@daily'\n", to: "own.conf")
            let run = await book.database.run("config", "apply", book.path("own.conf"))
            #expect(run.exitCode == .configuration)
            #expect(
                run.errors.contains("own.conf:2:13: error: invalid schedule: hour (field 2)"),
                "\(run.errors)"
            )
            #expect(
                run.errors.contains("own.conf:3:7: error: no worker runs jobs of the kind 'own'"),
                "\(run.errors)"
            )
        }
    }
}
