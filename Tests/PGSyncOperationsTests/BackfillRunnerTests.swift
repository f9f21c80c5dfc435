import Concurrency
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@Suite("BackfillRunner", .migrated, .timeLimit(.minutes(10)))
struct BackfillRunnerTests {
    private let database = TestDatabase.current

    private func attachedTable(rows: Int) async throws -> TableReference {
        try await database.session { session in
            try session.runScript(
                """
                create table bills (id int primary key, amount int);
                insert into bills select g, g from generate_series(1, \(rows)) as g;
                analyze bills;
                """
            )
            let store = SourceStore(session)
            let table = try store.table(named: "bills")
            _ = try store.attach(table, CaptureOptions())
            return table
        }
    }

    /// How many rows are in the log, and how many of them twice.
    private func logged() async throws -> [String?] {
        try await database.run(
            "select count(*) || ' ' || count(*) - count(distinct record_id) from pgsync.sync_logs"
        )
    }

    @Test("brings every row into the log, once, and tells how far it is")
    func completes() async throws {
        let table = try await attachedTable(rows: 3_000)
        let seen = Locked<[Int]>([])
        let report = try await BackfillRunner(to: database.options, share: 1).run(table, until: Shutdown()) {
            report in
            seen.withLock { $0.append(report.done) }
        }
        #expect(report.isFinished && !report.isResumed)
        #expect(report.done == 3_000 && report.expected == 3_000)
        let steps = seen.withLock { $0 }
        #expect(steps.count > 2 && steps == steps.sorted())
        #expect(try await logged() == ["3000 0"])
    }

    @Test("stops at the end of a step when asked to, and goes on there the next time")
    func resumes() async throws {
        let table = try await attachedTable(rows: 3_000)
        let shutdown = Shutdown()
        let runner = BackfillRunner(to: database.options, share: 1)
        let first = try await runner.run(table, until: shutdown) { report in
            if report.done > 0 { shutdown.request() }
        }
        #expect(!first.isFinished && first.done > 0 && first.done < 3_000)
        let second = try await runner.run(table, until: Shutdown()) { _ in }
        #expect(second.isFinished && second.isResumed && second.doneBefore == first.done)
        #expect(try await logged() == ["3000 0"])
    }

    @Test("goes on by itself when its session is cut off")
    func reconnects() async throws {
        let table = try await attachedTable(rows: 20_000)
        let options = database.options.with("application_name", "backfill_to_cut")
        let clock = ManualClock()
        let cuts = Locked(0)
        let report = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cutThreeTimes(counting: cuts, moving: clock) }
            defer { group.cancelAll() }
            return try await BackfillRunner(to: options, share: 0.5, clock: clock).run(
                table,
                until: Shutdown()
            ) {
                _ in
            }
        }
        #expect(report.isFinished && report.done == 20_000)
        #expect(cuts.withLock { $0 } == 3)
        #expect(try await logged() == ["20000 0"])
    }

    /// Cuts the session while the backfill rests after a step, and then lets it go on, until it is cancelled.
    private func cutThreeTimes(counting cuts: Locked<Int>, moving clock: ManualClock) async throws {
        while true {
            try await eventually { clock.sleeperCount == 1 }
            if cuts.withLock({ $0 }) < 3 {
                let cut = try await database.run(
                    """
                    select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where application_name = 'backfill_to_cut'
                    """
                )
                // There is none to cut while it waits to connect again.
                if cut == ["1"] { cuts.withLock { $0 += 1 } }
            }
            clock.advance(by: .seconds(3_600))
        }
    }

    @Test("shows with the job why it ended, and forgets that when it goes on")
    func failing() async throws {
        let table = try await attachedTable(rows: 100)
        try await database.run(
            """
            create function refuse() returns trigger language plpgsql
            as $$begin raise 'the disk is full' using errcode = 'disk_full'; end$$;
            create trigger refuse before insert on pgsync.sync_queue for each row execute function refuse();
            """
        )
        let runner = BackfillRunner(to: database.options, share: 1)
        await #expect(throws: PostgresError.self) { try await runner.run(table, until: Shutdown()) { _ in } }
        let state = "select concat_ws(' ', state, error_class, error_message) from pgsync.job_states"
        // Its first step was undone, with the start of the job.
        #expect(try await database.value(state) == "pending")
        try await database.run(
            "drop trigger refuse on pgsync.sync_queue; select pgsync.backfill_step(1, 10);"
                + "create trigger refuse before insert on pgsync.sync_queue for each row execute function refuse();"
        )
        await #expect(throws: PostgresError.self) { try await runner.run(table, until: Shutdown()) { _ in } }
        try await eventually {
            try await database.value(state) == "interrupted transient the disk is full"
        }
        try await database.run("drop trigger refuse on pgsync.sync_queue")
        #expect(try await runner.run(table, until: Shutdown()) { _ in }.isFinished)
        #expect(try await database.value(state) == "completed")
    }

    @Test("leaves a backfill alone that somebody else is working on")
    func busy() async throws {
        let table = try await attachedTable(rows: 10)
        try await database.connect { other in
            try await other.withSession { session in
                _ = try BackfillStore(session).start(table)
                try session.runScript("begin; select from pgsync.sync_progress for update")
            }
            await #expect(throws: StoreError.self) {
                try await BackfillRunner(to: database.options, reconnectLimit: .zero).run(
                    table,
                    until: Shutdown()
                ) { _ in }
            }
        }
    }
}
