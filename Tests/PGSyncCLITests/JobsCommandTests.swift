import Arguments
import JSON
import Postgres
import TestSupport
import Testing

@testable import PGSyncCLI

@Suite("pgsync jobs", .timeLimit(.minutes(10)))
struct JobsCommandTests {
    /// Lends a database with a table of a hundred rows.
    private func withTable(_ body: @Sendable (CommandLineDatabase) async throws -> Void) async throws {
        try await CommandLineDatabase.migrated { database in
            try await database.query(
                """
                create table bills (id int primary key); insert into bills select generate_series(1, 100);
                select pgsync.attach('bills');
                """
            )
            try await body(database)
        }
    }

    /// Lends a session that runs a job, and which ends after that.
    private func withRunner(
        in database: CommandLineDatabase,
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        let options = try ConnectionOptions(database.url())
        try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withSession { session in
                _ = try session.runScript(
                    "select pgsync.begin_job('verify', 'books'); select pgsync.note_phase(1, 'read', 'entries', 3, 4)"
                )
            }
            try await body(connection)
        }
    }

    @Test("shows a backfill as a job: who, how far, how it ended, whether it was resumed")
    func backfill() async throws {
        try await withTable { database in
            #expect(await database.run("jobs", "list").errors == "no jobs\n")
            try await database.query("select pgsync.start_backfill('bills')")
            #expect(try await database.run("jobs", "list", "--json").json[0]?["state"] == "pending")
            try await database.query("select pgsync.backfill_step(1, 30)")
            try await eventually {
                try await database.run("jobs", "list", "--json").json[0]?["state"] == "interrupted"
            }
            let interrupted = await database.run("jobs", "show", "1")
            #expect(interrupted.output.contains("interrupted: to continue: pgsync backfill public.bills"))
            _ = await database.run("backfill", "bills")
            let shown = try await database.run("jobs", "show", "1", "--json").json
            #expect(shown["state"] == "completed" && shown["resumed"] == true && shown["attempts"] == 2)
            #expect(shown["counts"] == ["rows": 100] && shown["done"] == 100 && shown["trigger"] == "psql")
            #expect(shown["requested_by"] == "postgres" && shown["seconds"]?.number != nil)
            let text = await database.run("jobs", "show", "1").output
            #expect(text.contains(/counts +rows 100/), "\(text)")
            #expect(text.contains(/resumed +run by 2 sessions/), "\(text)")

            _ = await database.run("backfill", "bills")
            let list = try await database.run("jobs", "list", "--json").json
            #expect(list.array?.map { $0["job"] } == [2, 1])
            #expect(list[0]?["trigger"] == "cli" && list[0]?["attempts"] == 1)
            let table = await database.run("jobs", "list").output
            #expect(table.contains(/2 +backfill +public.bills +completed +100/), "\(table)")
        }
    }

    @Test("lists by state and kind, those under way first, and says when there are more")
    func lists() async throws {
        try await withTable { database in
            try await database.query(
                """
                select pgsync.request_job('verify', 'books'), pgsync.request_job('import', 'till');
                select pgsync.begin_job('heal', 'books'); select pgsync.end_job(3, error_message => 'no way');
                """
            )
            func numbers(_ words: String...) async throws -> [JSONValue?]? {
                try await CommandLineRun(
                    ["jobs", "list", "--json"] + words,
                    environment: ["PGSYNC_DATABASE_URL": database.url()]
                ).json.array?.map { $0["job"] }
            }
            #expect(try await numbers() == [2, 1, 3])
            #expect(try await numbers("--state", "pending", "--kind", "verify") == [1])
            #expect(try await numbers("--state", "failed") == [3])
            #expect(await database.run("jobs", "list").output.contains("no way"))
            let few = await database.run("jobs", "list", "--limit", "1")
            #expect(few.errors == "showing 1; use --limit to see more\n")
            #expect(await database.run("jobs", "list", "--state", "partial").errors == "no job matches\n")
            #expect(await database.run("names", "jobs").output == "2\n1\n3\n")
        }
    }

    @Test("shows the items that failed, and what happens with each next")
    func items() async throws {
        try await withTable { database in
            try await database.query(
                """
                select pgsync.begin_job('chain', 'till');
                select pgsync.put_failed_item(1, '17', 'data.date', 'no date', error_column => 'day');
                select pgsync.put_failed_item(1, '18', 'transient', 'closed'); select pgsync.end_job(1);
                """
            )
            let text = await database.run("jobs", "show", "1").output
            #expect(text.contains("state         partial"), "\(text)")
            #expect(text.contains(/17 +given_up +1 of 5 +needs a person +data.date +day: no date/), "\(text)")
            #expect(text.contains(/18 +open +1 of 5 +\d{4}-.* UTC +transient +closed/), "\(text)")
            #expect(await database.run("jobs", "show", "9").exitCode == .noSuchChange)
        }
    }

    @Test("cancels a job that nobody runs, asks one that somebody runs, and refuses one that has ended")
    func cancels() async throws {
        try await withTable { database in
            try await withRunner(in: database) { runner in
                let asked = await database.run("jobs", "cancel", "1")
                #expect(
                    asked.output
                        == "asked job 1, verify of books, to end; to see when it does: pgsync jobs watch 1\n"
                )
                #expect(await database.run("jobs", "show", "1").output.contains("running, asked to end"))
            }
            try await eventually {
                try await database.run("jobs", "show", "1", "--json").json["state"] == "interrupted"
            }
            #expect(
                await database.run("jobs", "cancel", "1").output == "cancelled job 1, verify of books\n"
            )
            let again = await database.run("jobs", "cancel", "1")
            #expect(again.exitCode == .noSuchChange && again.errors.contains("it is cancelled"))
            #expect(await database.run("jobs", "cancel", "9").errors.contains("unknown job 9"))
            try await database.query("select pgsync.request_job('verify', 'books')")
            try await database.withRole { role in
                try await database.query("grant pgsync_reader to \(role)")
                let refused = await database.run("jobs", "cancel", "2", as: role)
                #expect(refused.exitCode == .notPermitted && refused.errors.contains("grant pgsync_operator"))
            }
        }
    }

    @Test("watches a job until it ends, and says how; each change is a line")
    func watches() async throws {
        try await withTable { database in
            #expect(await database.run("jobs", "watch").errors == "no job is under way\n")
            try await withRunner(in: database) { runner in
                let (lines, documents) = (CapturedOutput(), CapturedOutput())
                async let watching = watch("jobs", "watch", in: database, output: lines)
                async let reading = watch("jobs", "watch", "1", "--json", in: database, output: documents)
                try await eventually { !lines.text.isEmpty && !documents.text.isEmpty }
                try await runner.withSession { session in
                    _ = try session.runScript("select pgsync.end_job(1, 'failed', error_message => 'no way')")
                }
                #expect(await (watching, reading) == (.problemsFound, .problemsFound))
                let told = lines.text.split(separator: "\n")
                #expect(told.first == "job 1, verify of books: running, read, 3 of 4, 75%, entries")
                #expect(told.last?.contains(/^job 1, verify of books: failed, after .*: no way$/) == true)
                let states = try documents.text.split(separator: "\n").map {
                    try JSONValue(parsing: String($0))["state"]
                }
                #expect(states == ["running", "failed"])
            }
        }
    }

    @Test("draws a bar on a terminal, one for each phase")
    func draws() async throws {
        try await withTable { database in
            try await withRunner(in: database) { runner in
                let terminal = Terminal(isInteractive: true)
                let (lines, bars) = (CapturedOutput(terminal: terminal), CapturedOutput(terminal: terminal))
                async let watching = watch("jobs", "watch", in: database, output: lines, errors: bars)
                try await eventually { bars.text.contains("read") }
                func run(_ script: String) async throws {
                    try await runner.withSession { _ = try $0.runScript(script) }
                }
                try await run("select pgsync.note_phase(1, 'compare', done => 1)")
                try await eventually { bars.text.contains("compare") }
                try await run("select pgsync.end_job(1)")
                #expect(await watching == .success)
                let shown = bars.text
                #expect(shown.contains(/job 1, verify of books: read +\[#+-+\] +75% +3 of 4/), "\(shown)")
                #expect(shown.contains("job 1, verify of books: compare  1  "), "\(shown)")
                #expect(lines.text.hasPrefix("job 1, verify of books: completed, after "), "\(lines.text)")
            }
        }
    }

    /// Watches at short intervals, as a command line would.
    private func watch(
        _ words: String...,
        in database: CommandLineDatabase,
        output: CapturedOutput,
        errors: CapturedOutput = CapturedOutput()
    ) async -> ExitCode {
        await PGSyncProgram.program.run(
            words + ["--interval", "10ms"],
            environment: ["PGSYNC_DATABASE_URL": database.url()],
            output: output,
            errors: errors
        )
    }

    @Test("gives up a job that has been silent for long, and says how it goes on")
    func abandoned() async throws {
        try await withTable { database in
            try await database.query(
                """
                select pgsync.start_backfill('bills'); select pgsync.backfill_step(1, 30);
                update pgsync.sync_jobs set heartbeat_at = now() - interval '1 minute';
                """
            )
            let watched = await database.run("jobs", "watch", "--interval", "10ms")
            #expect(watched.exitCode == .problemsFound)
            #expect(watched.output.contains("interrupted"))
            #expect(watched.output.hasSuffix("to continue: pgsync backfill public.bills\n"))
        }
    }
}
