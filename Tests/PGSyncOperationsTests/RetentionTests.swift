import Postgres
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
                    "health 0",
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
                    "health 0",
                ]
        )
    }

    @Test("keeps the days that it is told to")
    func days() async throws {
        try await database.run(Self.things)
        try await database.run("select pgsync.cleanup_old_sync_data(3)")
        #expect(
            try await left() == [
                "job 1 active pending", "progress 1 active pending 1- active-", "item 1o 1g 1r 80o 100o",
                "run 1 0",
            ]
        )
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
