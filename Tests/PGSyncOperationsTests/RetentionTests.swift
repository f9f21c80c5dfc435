import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@Suite("Retention", .migrated, .timeLimit(.minutes(5)))
struct RetentionTests {
    private let database = TestDatabase.current

    /// Each thing once of each age in days, and each thing that no age removes.
    private static let things = """
        create function ago(days integer) returns timestamptz language sql
        return clock_timestamp() - make_interval(days => days);
        insert into pgsync.sync_jobs (kind, subject, state, attempts, started_at, heartbeat_at, finished_at)
        select 'verify', age, 'completed', 1, ago(age), ago(age), ago(age) from unnest('{1, 80, 100}'::int[]) as age;
        insert into pgsync.sync_jobs (kind, subject, state, attempts, requested_at, started_at, heartbeat_at)
        values ('verify', 'active', 'running', 1, ago(100), ago(100), ago(100)),
            ('verify', 'pending', 'pending', 0, ago(100), null, null);
        insert into pgsync.sync_progress (kind, subject, job, phase, state, started_at, finished_at)
        select job.kind, job.subject, job.id, 'rows', case when job.finished_at is null then 'running' else 'finished' end,
            ago(100), job.finished_at
        from pgsync.sync_jobs as job;
        insert into pgsync.sync_progress (kind, subject, state, started_at, finished_at)
        select 'truncate', age, 'finished', ago(age), ago(age) from unnest('{1, 80, 100}'::int[]) as age;
        insert into pgsync.sync_progress (kind, subject, started_at) values ('truncate', 'active', ago(100));
        insert into pgsync.sync_failed_items (
            job, kind, subject, item_id, error_class, error_message, max_attempts, next_attempt_at, state,
            last_seen_at, resolved_at, resolved_by, resolution
        )
        select 3, 'verify', state, age, 'x', 'x', 5, case when state = 'open' then now() end, state, ago(age),
            case when state = 'resolved' then ago(age) end, case when state = 'resolved' then 'ada' end,
            case when state = 'resolved' then 'by hand' end
        from unnest('{1, 80, 100}'::int[]) as age, unnest('{open, given_up, resolved}'::text[]) as state;
        insert into pgsync.sync_schedule_runs (schedule, outcome, job, noted_at)
        select 'retention', 'started', 3, ago(age) from unnest('{1, 80, 100}'::int[]) as age;
        insert into pgsync.channels (name, kind) values ('hear', 'notify');
        insert into pgsync.alert_deliveries (
            channel, alert, message_id, thread, event, severity, subject, state, ended_at, next_attempt_at, created_at
        )
        select 'hear', 1, state || age, 'x', 'raised', 'high', 'x', state, case when state = 'delivered' then ago(age) end,
            case when state = 'waiting' then now() end, ago(age)
        from unnest('{1, 80, 100}'::int[]) as age, unnest('{delivered, waiting}'::text[]) as state;
        """

    private func left() async throws -> [String] {
        try await database.lines(
            """
            select 'job ' || string_agg(subject, ' ' order by id) from pgsync.sync_jobs
            union all
            select 'progress ' || string_agg(subject || case when job is null then '-' else '' end, ' ' order by id)
            from pgsync.sync_progress
            union all
            select 'item ' || string_agg(item_id || left(subject, 1), ' ' order by id) from pgsync.sync_failed_items
            union all
            select 'run ' || count(*) || ' ' || count(job) from pgsync.sync_schedule_runs
            """
        )
    }

    @Test("removes what is older than the setting, keeps what is young, active or open")
    func setting() async throws {
        try await database.run(Self.things)
        #expect(
            try await database.lines("select part || ' ' || removed from pgsync.cleanup_old_sync_data()")
                == [
                    "schedule_runs 1", "failed_items 2", "progress 1", "jobs 1", "deliveries 1", "alerts 0",
                    "health_minutes 0",
                    "health 0", "conflicts 0", "tombstones 0",
                ]
        )
        #expect(
            try await left() == [
                "job 1 80 active pending", "progress 1 80 active pending 1- 80- active-",
                "item 1o 1g 1r 80o 80g 80r 100o", "run 2 0",
            ]
        )
        try await database.run("select pgsync.set_configuration('job_retention_days', '30')")
        #expect(
            try await database.lines("select part || ' ' || removed from pgsync.cleanup_old_sync_data()")
                == [
                    "schedule_runs 1", "failed_items 2", "progress 1", "jobs 1", "deliveries 0", "alerts 0",
                    "health_minutes 0",
                    "health 0", "conflicts 0", "tombstones 0",
                ]
        )
    }

    @Test("keeps the days that it is told to, of what job_retention_days is about")
    func days() async throws {
        try await database.run(Self.things)
        try await database.run(
            """
            insert into pgsync.alert_silences (kind, reason, starts_at, ends_at)
            values ('QUEUE_BACKUP', 'old', now() - interval '11 days', now() - interval '10 days')
            """
        )
        try await database.run("select pgsync.cleanup_old_sync_data(3)")
        #expect(
            try await left() == [
                "job 1 active pending", "progress 1 active pending 1- active-", "item 1o 1g 1r 80o 100o",
                "run 1 0",
            ]
        )
        #expect(try await database.value("select count(*) from pgsync.alert_silences") == "1")
        for call in [
            "cleanup_old_sync_data(0)", "cleanup_old_sync_data(-1)", "retention_step('jobs', 0)",
            "retention_step('bills')",
        ] {
            #expect(try await database.refusal(of: "select pgsync.\(call)").sqlState?.code == "22023")
        }
    }

    @Test("goes in steps, passes over what somebody holds, and says whether there may be more")
    func steps() async throws {
        try await database.run(
            """
            insert into pgsync.sync_schedule_runs (schedule, outcome, noted_at)
            select 'retention', 'skipped', now() - interval '1 year' from generate_series(1, 25)
            """
        )
        let step = "select removed || ' ' || has_more from pgsync.retention_step('schedule_runs', 10)"
        try await database.connect { holder in
            try await holder.run("begin; select from pgsync.sync_schedule_runs where id = 3 for update")
            #expect(try await database.value(step) == "10 true")
            #expect(try await database.value(step) == "10 true")
            #expect(try await database.value(step) == "4 false")
            try await holder.run("rollback")
        }
        #expect(try await database.value(step) == "1 false")
    }

    /// Runs the job of the schedule; the time it rests does not pass.
    private func run() async throws -> Job.State? {
        try await database.run("select pgsync.request_job('retention', 'all')")
        let (database, clock) = (database, ManualClock())
        return try await withThrowingTaskGroup(of: Job.State?.self) { group in
            group.addTask {
                try await database.connect { connection in
                    let runner = JobRunner(JobOperations.all.filter { $0.kind == "retention" }, clock: clock)
                    return try await runner.runNext(on: connection, until: Shutdown())?.state
                }
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(1))
                    clock.advance(by: .seconds(1))
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    @Test("gives up dropping ranges behind others, says so, and is satisfied when the next job can")
    func ranges() async throws {
        try await database.run(
            """
            create table bills (id int primary key); select pgsync.attach('bills'); insert into bills values (1);
            select pgsync.skip_changes('{1}', 'test'); select setval('pgsync.sync_logs_id_seq', 260000);
            select pgsync.remember_growth(settling => '0');
            alter table pgsync.sync_logs_000001 disable trigger all;
            update pgsync.sync_logs_000001 set captured_at = captured_at - interval '8 days';
            """
        )
        let item = "select concat_ws(' ', state, error_class, resolution) from pgsync.sync_failed_items"
        let state = "select state from pgsync.id_ranges where range_name = 'sync_logs_000001'"
        try await database.connect { holder in
            try await holder.run("select pg_advisory_lock(1886876531, 6)")
            #expect(try await run() == .partial)
        }
        #expect(try await database.value(item) == "open transient")
        #expect(try await database.value(state) == "kept")
        #expect(try await run() == .completed)
        #expect(try await database.value(item) == "resolved transient nothing is left to drop")
        #expect(try await database.value(state) == "dropped")
        #expect(
            try await database.value(
                "select counts ->> 'ranges' from pgsync.sync_jobs order by id desc limit 1"
            ) == "1"
        )
    }
}

@Suite("The counts of changes by state", .migrated, .timeLimit(.minutes(5)))
struct ChangeCountTests {
    private let database = TestDatabase.current

    @Test("tell which changes are where, and what is estimated")
    func counts() async throws {
        try await database.run(
            """
            create table bills (id int primary key);
            select pgsync.attach('bills');
            insert into bills select generate_series(1, 10);
            alter table pgsync.sync_queue disable trigger all;
            delete from pgsync.sync_queue where log_id <= 4;
            update pgsync.sync_queue set sync_status = 'failed', error_class = 'x' where log_id = 5;
            update pgsync.sync_queue set error_class = 'x' where log_id = 6;
            update pgsync.sync_queue set locked_at = now() where log_id = 7;
            """
        )
        let counts = "select concat_ws(' ', pending, syncing, completed, failed, total, is_estimate)"
        #expect(try await database.value("\(counts) from pgsync.sync_log_counts()") == "4 1 4 1 10 f")
        #expect(try await database.value("\(counts) from pgsync.sync_log_counts(6)") == "4 1 4 1 10 f")
        #expect(
            try await database.value("select is_estimate and total >= 10 from pgsync.sync_log_counts(5)")
                == "t"
        )
    }

    @Test("are 0 when nothing was ever captured")
    func noCounts() async throws {
        #expect(
            try await database.value(
                "select concat_ws(' ', pending, syncing, completed, failed, total) from pgsync.sync_log_counts()"
            ) == "0 0 0 0 0"
        )
    }
}
