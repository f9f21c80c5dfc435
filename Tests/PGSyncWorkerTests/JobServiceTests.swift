// Long because each way in which a job can end or be interrupted is tried with a worker.
import Concurrency
import PGSyncOperations
import PGSyncStore
import PGSyncWorker
import Postgres
import Telemetry
import TestSupport
import Testing

@Suite("Jobs of a worker", .migrated, .timeLimit(.minutes(5)))
struct JobServiceTests {
    private let database = TestDatabase.current

    /// An operation that a test steers.
    private struct Steered: JobOperation {
        var kind = "steered"
        var lane = JobLane.short
        let body: @Sendable (RunningJob) async throws -> [String: Int]

        func run(_ job: RunningJob) async throws -> [String: Int] { try await body(job) }
    }

    /// One that reports until it is told to end, and so for ever.
    private static func endless(_ kind: String = "steered", lane: JobLane = .short) -> Steered {
        Steered(kind: kind, lane: lane) { job in
            while true {
                try await job.note("steps")
                try await job.rest(for: .milliseconds(20))
            }
        }
    }

    private func request(_ kind: String = "steered", _ subject: String = "all") async throws {
        try await database.run(
            """
            select pgsync.set_configuration('worker_heartbeat_seconds', '0.1');
            select pgsync.request_job('\(kind)', '\(subject)');
            """
        )
    }

    private func jobs(_ columns: String = "kind, state, attempts") async throws -> [String] {
        try await database.lines("select concat_ws(' ', \(columns)) from pgsync.job_states order by id")
    }

    private func until(_ expected: String...) async throws {
        try await eventually { try await jobs() == expected }
    }

    @Test("that a schedule starts are run: retention, when it is due")
    func scheduled() async throws {
        try await database.run(
            """
            select pgsync.set_configuration('worker_heartbeat_seconds', '0.1');
            delete from pgsync.sync_schedules where name <> 'retention';
            update pgsync.sync_schedules set next_run_at = now() - interval '1 second';
            insert into pgsync.sync_schedule_runs (schedule, outcome, noted_at)
            select 'retention', 'skipped', now() - make_interval(days => age)
            from unnest('{1, 89, 91, 900}'::int[]) as age;
            """
        )
        try await RunningWorker.with(operations: JobOperations.all) { worker in
            try await until("retention completed 1")
            try await worker.untilLogged("A job ended")
        }
        #expect(try await jobs("trigger, counts ->> 'schedule_runs', counts ->> 'jobs'") == ["schedule 2 0"])
        #expect(
            try await database.lines(
                "select outcome || ' ' || missed from pgsync.sync_schedule_runs order by id"
            )
                == ["skipped 0", "skipped 0", "started 0"]
        )
        #expect(
            try await database.value("select next_run_at > now() from pgsync.sync_schedules") == "t"
        )
    }

    @Test("that a user asks for are run, one after the other, and those of unknown kinds are left alone")
    func requested() async throws {
        try await request("steered", "a")
        try await request("steered", "b")
        try await request("unknown")
        let running = Locked((now: 0, most: 0))
        let operation = Steered { job in
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            try await job.rest(for: .milliseconds(50))
            running.withLock { $0.now -= 1 }
            return ["letters": job.subject.count]
        }
        try await RunningWorker.with(operations: [operation]) { _ in
            try await until("steered completed 1", "steered completed 1", "unknown pending 0")
        }
        #expect(running.withLock { $0.most } == 1)
        #expect(try await jobs("counts ->> 'letters'") == ["1", "1", ""])
    }

    @Test("are failed with class and message when the operation fails, however it does")
    func failing() async throws {
        for subject in ["server", "own", "other"] { try await request("steered", subject) }
        struct Other: Error {}
        let operation = Steered { job in
            switch job.subject {
            case "server": try await job.step { try $0.execute("select 1 / 0") }
            case "own": throw JobFailure("data.refused", "no")
            default: throw Other()
            }
            return [:]
        }
        try await RunningWorker.with(operations: [operation]) { worker in
            try await until("steered failed 1", "steered failed 1", "steered failed 1")
            try await worker.untilLogged("A job failed")
        }
        #expect(
            try await jobs("error_class, error_message")
                == ["data.refused division by zero", "data.refused no", "unexpected Other()"]
        )
    }

    @Test("are partial when an item failed")
    func partial() async throws {
        try await request()
        let operation = Steered { job in
            try await job.fail(item: "7", JobFailure("data.refused", "no"))
            return [:]
        }
        try await RunningWorker.with(operations: [operation]) { _ in try await until("steered partial 1") }
        #expect(try await database.lines("select item_id from pgsync.sync_failed_items") == ["7"])
    }

    @Test("end when a user cancels them")
    func cancelled() async throws {
        try await request()
        try await RunningWorker.with(operations: [Self.endless()]) { _ in
            try await until("steered running 1")
            try await database.run("select pgsync.cancel_job(1)")
            try await until("steered cancelled 1")
        }
    }

    @Test("are left when the worker stops, resumed by the next one, and finished once")
    func resumed() async throws {
        try await request()
        let ends = Locked(0)
        try await RunningWorker.with(operations: [Self.endless()]) { _ in try await until("steered running 1")
        }
        try await until("steered interrupted 1")
        let finishing = Steered { job in
            #expect(job.isResumed)
            ends.withLock { $0 += 1 }
            return [:]
        }
        try await RunningWorker.with(operations: [finishing]) { _ in try await until("steered completed 2") }
        #expect(ends.withLock { $0 } == 1)
    }

    @Test("are left by a worker that loses the lead, and resumed by the one that leads then")
    func leadershipLost() async throws {
        try await request()
        let finishing = Steered { job in ["resumed": job.isResumed ? 1 : 0] }
        let options = database.options.with("application_name", "first leader")
        try await RunningWorker.with(options, operations: [Self.endless()]) { first in
            try await until("steered running 1")
            try await RunningWorker.with(operations: [finishing]) { second in
                try await eventually { try await database.count("pgsync.sync_workers") == 2 }
                // The first one may be back as the leader before the second one has looked.
                try await eventually {
                    if second.log.messages.contains("This worker is now the leader") { return true }
                    try await database.run(
                        """
                        select pg_terminate_backend(pid) from pg_locks
                        inner join pg_stat_activity using (pid)
                        where locktype = 'advisory' and classid = 1886876531 and objid = 4 and granted
                            and datname = current_database() and application_name = 'first leader'
                        """
                    )
                    return false
                }
                try await eventually { try await jobs("state, counts ->> 'resumed'") == ["completed 1"] }
            }
            try await first.untilLogged("A job was interrupted")
        }
    }

    @Test("go on when their connection is cut, in another session")
    func cut() async throws {
        try await request()
        let operation = Steered { job in
            guard job.isResumed else {
                try await job.step { try $0.execute("select pg_terminate_backend(pg_backend_pid())") }
                return [:]
            }
            return [:]
        }
        try await RunningWorker.with(operations: [operation]) { worker in
            try await until("steered completed 2")
            try await worker.untilLogged("The connection of a job was lost; the job will be resumed")
        }
    }

    @Test("that keep losing their session are taken less and less often")
    func crashing() async throws {
        try await request()
        try await database.run(
            """
            select pgsync.begin_job('steered', 'all');
            update pgsync.sync_jobs set attempts = 5;
            """
        )
        let runnable = "select count(*) from pgsync.runnable_jobs('{steered}')"
        try await eventually { try await jobs() == ["steered interrupted 5"] }
        try await database.run("update pgsync.sync_jobs set attended = false")
        #expect(try await database.value(runnable) == "0")
        try await database.run("update pgsync.sync_jobs set heartbeat_at = now() - interval '33 seconds'")
        #expect(try await database.value(runnable) == "1")
    }

    @Test("that a user has begun are left to him for an hour, and then resumed")
    func attended() async throws {
        try await request()
        try await database.run("select pgsync.begin_job('steered', 'all')")
        let runnable = "select count(*) from pgsync.runnable_jobs('{steered}')"
        try await eventually { try await jobs() == ["steered interrupted 1"] }
        try await database.run("update pgsync.sync_jobs set heartbeat_at = now() - interval '59 minutes'")
        #expect(try await database.value(runnable) == "0")
        try await database.run("update pgsync.sync_jobs set heartbeat_at = now() - interval '61 minutes'")
        try await RunningWorker.with(operations: [Steered { _ in [:] }]) { _ in
            try await until("steered completed 2")
        }
        #expect(try await database.value("select attended from pgsync.sync_jobs") == "f")
    }

    @Test(
        "are resumed after an error that passes, but not for ever",
        arguments: [("55P03", 0), ("53100", 8)]
    )
    func passing(sqlState: String, attempts: Int) async throws {
        try await request()
        let past = "heartbeat_at = now() - interval '1 hour'"
        try await database.run(
            """
            update pgsync.sync_jobs
            set state = 'running', attempts = \(attempts), passing_errors = \(attempts), \(past),
                started_at = now() - interval '1 day'
            where \(attempts) > 0
            """
        )
        let isLast = attempts == 8
        let operation = Steered { job in
            // A heartbeat alone is no progress.
            try await job.note("steps", done: 0)
            if isLast || !job.isResumed {
                let busy = "raise exception 'busy' using errcode = '\(sqlState)';"
                try await job.step { try $0.runScript("do $$ begin \(busy) end $$") }
            }
            return [:]
        }
        try await RunningWorker.with(operations: [operation]) { worker in
            try await worker.untilLogged("A job was interrupted; it will be resumed")
            if isLast {
                try await eventually { try await jobs("error_class, error_message") == ["transient busy"] }
                try await database.run("update pgsync.sync_jobs set \(past)")
                try await until("steered failed 10")
            } else {
                try await until("steered completed 2")
            }
        }
    }

    @Test("are forgiven earlier errors once they make progress")
    func progress() async throws {
        try await request()
        try await database.run("update pgsync.sync_jobs set passing_errors = 9")
        let operation = Steered { job in
            try await job.note("steps", done: 1)
            if !job.isResumed {
                let busy = "raise exception 'busy' using errcode = '55P03';"
                try await job.step { try $0.runScript("do $$ begin \(busy) end $$") }
            }
            return [:]
        }
        try await RunningWorker.with(operations: [operation]) { _ in try await until("steered completed 2") }
        #expect(try await database.value("select passing_errors from pgsync.sync_jobs") == "1")
    }

    @Test("that are long do not hold up short ones")
    func lanes() async throws {
        try await request("long")
        try await request("steered")
        let short = Steered { _ in [:] }
        try await RunningWorker.with(operations: [Self.endless("long", lane: .long), short]) { _ in
            try await until("long running 1", "steered completed 1")
        }
        try await until("long interrupted 1", "steered completed 1")
    }

    @Test(
        "are not run, nor schedules taken, without sessions of one's own or by a worker that ends by itself",
        arguments: [WorkerOptions.Goal.untilStopped, .untilDrained]
    )
    func refused(goal: WorkerOptions.Goal) async throws {
        try await request()
        try await database.run("update pgsync.sync_schedules set next_run_at = now() - interval '1 second'")
        let operation = Steered { _ in [:] }
        try await RunningWorker.with(
            nil,
            {
                $0.goal = goal
                if goal == .untilStopped { $0.mode = .poll }
            },
            operations: [operation]
        ) { _ in
            try await eventually {
                try await database.count(
                    "pgsync.sync_workers where heartbeat_at > started_at + interval '0.2 s' or state = 'stopped'"
                ) == 1
            }
        }
        #expect(try await jobs() == ["steered pending 0"])
        #expect(try await database.count("pgsync.sync_schedule_runs") == 0)
    }

    @Test("need no connection while there is nothing to run")
    func noConnection() async throws {
        try await request()
        let operation = Steered { _ in [:] }
        try await RunningWorker.with(operations: [operation]) { _ in
            try await until("steered completed 1")
            // Poster, queue watcher, housekeeper.
            try await eventually {
                try await database.count(
                    "pg_stat_activity where application_name = 'pgsync worker' and datname = current_database()"
                ) == 3
            }
        }
    }
}
