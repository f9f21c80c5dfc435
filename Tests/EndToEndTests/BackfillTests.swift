import Glibc
import JSON
import PGSyncCluster
import Subprocesses
import TestSupport
import Testing

@Suite("pgsync backfill, as built", .migratedAsBuilt, .timeLimit(.minutes(10)))
struct BackfillTests {
    @Test("goes on after kill -9 and after Ctrl-C, and leaves every row in the log once")
    func resumes() async throws {
        let database = TestDatabase.current
        let url = database.cluster.connectionString(database: database.name)
        try await database.run(
            """
            create table bills (id int primary key, amount int);
            insert into bills select g, g from generate_series(1, 20000) as g;
            select pgsync.set_configuration('backfill_chunk_milliseconds', '10');
            """
        )
        _ = try await BuiltProgram.run("attach", "bills", database: url).checked()
        var done = 0
        for signal in [SIGKILL, SIGINT] {
            let invocation = try BuiltProgram.invocation(
                ["backfill", "bills", "--pace", "5%"],
                environment: ["PGSYNC_DATABASE_URL": url]
            )
            let output = try await ChildProcess.withRunning(invocation) { process in
                try await eventually { try await self.done(database) > done }
                process.send(signal: signal)
                return try await process.wait()
            }
            try await eventually { try await job(database).hasPrefix("interrupted") }
            done = try await self.done(database)
            #expect(done < 20_000)
            guard signal == SIGINT else { continue }
            #expect(output.status == .exited(130), "\(output.standardError.text)")
            #expect(output.standardError.text.contains("continuing after"))
            #expect(output.standardError.text.contains("To continue: pgsync backfill public.bills"))
        }
        let last = try await BuiltProgram.run("backfill", "bills", "--pace", "100%", database: url).checked()
        #expect(last.standardOutput.text == "public.bills: 20000 rows are in the log\n")
        let counts = try await database.run(
            "select count(*) || ' ' || count(distinct record_id) from pgsync.sync_logs"
        )
        #expect(counts == ["20000 20000"])
        #expect(try await job(database) == "completed 3 cli 20000")
    }

    /// The job as people see it.
    private func job(_ database: TestDatabase) async throws -> String {
        try await database.lines(
            "select concat_ws(' ', state, attempts, trigger, counts ->> 'rows') from pgsync.job_states"
        ).joined()
    }

    private func done(_ database: TestDatabase) async throws -> Int {
        Int(try await database.run("select coalesce(sum(done), 0)::text from pgsync.sync_progress")[0] ?? "")
            ?? 0
    }
}
