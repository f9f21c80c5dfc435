import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@Suite("A backfill as a job", .migrated, .timeLimit(.minutes(5)))
struct BackfillJobTests {
    private let database = TestDatabase.current

    private func attachedTable() async throws {
        try await database.run(
            """
            create table bills (id int primary key);
            insert into bills select g from generate_series(1, 100) as g;
            select pgsync.attach('bills');
            """
        )
    }

    private func jobs(_ columns: String = "kind, subject, state, attempts, counts ->> 'rows'") async throws
        -> [String]
    {
        try await database.lines("select concat_ws(' ', \(columns)) from pgsync.job_states order by id")
    }

    @Test("is pending until its first step, running while its session lives, then interrupted, then resumed")
    func life() async throws {
        try await attachedTable()
        try await database.run("select pgsync.start_backfill('bills')")
        #expect(try await jobs() == ["backfill public.bills pending 0"])
        try await database.connect { runner in
            try await runner.run("select pgsync.backfill_step(1, 30)")
            try await runner.run("select pgsync.backfill_step(1, 30)")
            #expect(try await jobs() == ["backfill public.bills running 1 60"])
            #expect(try await jobs("phase, done, requested_by = session_user, trigger") == ["rows 60 t psql"])
        }
        try await eventually { try await jobs() == ["backfill public.bills interrupted 1 60"] }
        #expect(try await database.value("select pgsync.start_backfill('bills')") == "1")
        #expect(try await database.value("select finished from pgsync.backfill_step(1, 1000)") == "t")
        #expect(try await jobs() == ["backfill public.bills completed 2 100"])
        #expect(
            try await jobs("phase, finished_at is not null, duration >= interval '0'") == ["deleted t t"]
        )
    }

    @Test("of a step that was undone has not begun")
    func rolledBack() async throws {
        try await attachedTable()
        try await database.run("select pgsync.start_backfill('bills')")
        try await database.connect { runner in
            try await runner.run("begin; select pgsync.backfill_step(1, 30); rollback")
            #expect(try await jobs() == ["backfill public.bills pending 0"])
            try await runner.run("select pgsync.backfill_step(1, 30)")
            #expect(try await jobs() == ["backfill public.bills running 1 30"])
        }
    }

    @Test("ends when the job is cancelled: at once, or at the next step", arguments: [true, false])
    func cancelled(isRunning: Bool) async throws {
        try await attachedTable()
        try await database.run("select pgsync.start_backfill('bills')")
        try await database.connect { runner in
            if isRunning { try await runner.run("select pgsync.backfill_step(1, 30)") }
            let asked = try await database.value("select pgsync.cancel_job(1)")
            #expect(asked == (isRunning ? "running" : "cancelled"))
            #expect(
                try await runner.run("select row_count || ' ' || finished from pgsync.backfill_step(1, 30)")
                    == "0 true"
            )
        }
        #expect(try await jobs("state, cancel_requested_by = session_user") == ["cancelled t"])
        #expect(try await database.value("select state from pgsync.sync_progress") == "cancelled")
        #expect(try await database.value("select pgsync.cancel_backfill(1)") == "f")
        #expect(try await database.value("select pgsync.start_backfill('bills')") == "2")
    }

    @Test("is cancelled with the backfill, also while a session runs it")
    func cancelledBackfill() async throws {
        try await attachedTable()
        try await database.run("select pgsync.start_backfill('bills')")
        try await database.connect { runner in
            try await runner.run("select pgsync.backfill_step(1, 30)")
            #expect(try await database.value("select pgsync.cancel_backfill(1)") == "t")
            #expect(try await jobs() == ["backfill public.bills cancelled 1 30"])
        }
    }

    @Test("that was asked for ahead is begun by the backfill")
    func requested() async throws {
        try await attachedTable()
        try await database.run("select pgsync.request_job('backfill', 'public.bills', trigger => 'api')")
        try await database.run("select pgsync.start_backfill('bills'); select pgsync.backfill_step(1, 1000)")
        #expect(try await jobs("state, trigger, attempts") == ["completed api 1"])
    }

    @Test("tells its runner that it was cancelled")
    func runner() async throws {
        try await attachedTable()
        let table = try await database.session { try SourceStore($0).table(named: "bills") }
        try await database.run("select pgsync.start_backfill('bills'); select pgsync.backfill_step(1, 10)")
        // Asked for as if its session still lived.
        try await database.run(
            "update pgsync.sync_jobs set cancel_requested_at = now(), cancel_requested_by = 'ada'"
        )
        let report = try await BackfillRunner(to: database.options).run(table, until: Shutdown()) { _ in }
        #expect(report.isCancelled && !report.isFinished && report.done == 10)
    }
}
