import Postgres
import TestSupport
import Testing

@Suite("Samples of health", .alerts, .timeLimit(.minutes(5)))
struct SystemHealthTests {
    private let database = TestDatabase.current

    /// Three workers whose heartbeat lives, and attempts of the first two: in each minute of an hour and a bit, some
    /// that took from a millisecond to a minute.
    private static let attempts = """
        insert into pgsync.sync_workers (name, host, pid, version, posters, lives_by, started_at)
        select name, 'here', 1, '1', 1, 'heartbeat', '2031-01-01 09:00Z' from unnest('{a,b,c}'::text[]) as name;
        insert into pgsync.sync_logs (id, source_table, record_id, action, slot, captured_at)
        select
            g, 'bills', g, 'create', 1,
            '2031-01-01 10:00Z'::timestamptz + interval '7 s' * g - interval '1 ms' * (1 + (g * 7919) % 60000)
        from generate_series(1, 700) as g;
        select setval('pgsync.sync_logs_id_seq', 700);
        insert into pgsync.sync_audit_log (
            log_id, attempt, outcome, source_table, record_id, error_class, worker, recorded_at
        )
        select
            g, 1, (array['posted', 'amended', 'posted', 'unchanged', 'failed'])[1 + g % 5]::pgsync.outcome, 'bills', g,
            case when g % 5 = 4 then 'transient' end, case when g % 3 = 0 then 'b#2' else 'a#1' end,
            '2031-01-01 10:00Z'::timestamptz + interval '7 s' * g
        from generate_series(1, 700) as g;
        """

    private func record(_ worker: Int, _ time: String) async throws -> String? {
        try await database.value("select pgsync.record_health(\(worker), '2031-01-01 \(time)Z')")
    }

    @Test("say what each worker did in a minute, once, and one of them what waits")
    func minutes() async throws {
        try await database.run(Self.attempts)
        try await database.run("insert into bills values (1, 1), (2, 1)")
        #expect(try await record(1, "10:01:04") == "t")
        #expect(try await record(1, "10:02:05") == "t")
        #expect(try await record(1, "10:02:30") == "f")
        #expect(try await record(2, "10:02:30") == "t")
        try await database.run("insert into bills values (3, 1)")
        #expect(try await record(2, "10:03:30") == "t")
        let direct = """
            select count(*) filter (where outcome in ('posted', 'amended')), count(*) filter (where outcome = 'unchanged'),
                count(*) filter (where outcome = 'failed')
            from pgsync.sync_audit_log as own
            where own.worker = 'WORKER' and date_trunc('minute', own.recorded_at) = sample.starts_at
            """
        for (worker, number) in [("a#1", 1), ("b#2", 2)] {
            #expect(
                try await database.lines(
                    """
                    select (sample.posted, sample.without_entry, sample.failed)::text = direct::text
                        and sample.posted = (select sum(number) from unnest(sample.latency) as number)
                    from pgsync.sync_system_health as sample
                    cross join lateral (\(direct.replacing("WORKER", with: worker))) as direct
                    where sample.worker = \(number)
                    """
                ) == ["t", "t"]
            )
        }
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', worker, to_char(starts_at at time zone 'UTC', 'HH24:MI'), queue_size, captured)
                from pgsync.sync_system_health where span = 'minute' order by starts_at, worker
                """
            ) == ["1 09:59 2", "1 10:01 2", "2 10:01", "2 10:02 3 1"]
        )
    }

    @Test("add up to hours and days, whose percentiles are those of all changes")
    func rollUp() async throws {
        try await database.run(Self.attempts)
        for minute in 1...59 {
            // Of one minute, nobody knows anything.
            guard minute != 30 else { continue }
            for worker in 1...2 {
                let time = minute < 10 ? "10:0\(minute)" : "10:\(minute)"
                #expect(try await record(worker, "\(time):10") == "t")
            }
        }
        #expect(try await record(1, "11:00:10") == "t")
        #expect(
            try await database.value("select count(*) from pgsync.system_health where span = 'hour'") == "0"
        )
        #expect(try await record(2, "11:02:10") == "t")
        let seen = """
            from pgsync.sync_audit_log as audit
            inner join pgsync.sync_logs as log on log.id = audit.log_id
            inner join pgsync.sync_system_health as sample
                on sample.span = 'minute' and audit.worker = case sample.worker when 1 then 'a#1' else 'b#2' end
                and date_trunc('minute', audit.recorded_at) = sample.starts_at
            where audit.outcome in ('posted', 'amended') and sample.starts_at < '2031-01-01 11:00Z'
            """
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', own.starts_at = '2031-01-01 10:00Z', own.samples,
                    own.posted = (select count(*) \(seen)), own.worker is null)
                from pgsync.system_health as own where own.span = 'hour' and own.posted > 0
                """
            ) == ["t 117 t t"]
        )
        // Within the width of a bucket.
        #expect(
            try await database.lines(
                """
                select p50 / direct.of[1] between 0.7 and 1.42 and p95 / direct.of[2] between 0.7 and 1.42
                    and p99 / direct.of[3] between 0.7 and 1.42
                from pgsync.system_health
                cross join (
                    select percentile_cont(array[0.5, 0.95, 0.99]) within group (
                        order by extract(epoch from audit.recorded_at - log.captured_at)
                    ) as of
                    \(seen)
                ) as direct
                where span = 'hour' and posted > 0
                """
            ) == ["t"]
        )
        try await database.run("update pgsync.sync_workers set started_at = '2031-01-01 09:00Z'")
        #expect(try await database.value("select pgsync.record_health(1, '2031-01-02 00:03:10Z')") == "t")
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', day.starts_at = '2031-01-01 00:00Z', day.posted = sum(hour.posted),
                    day.latency = array(
                        select sum(number)::bigint from pgsync.sync_system_health as part,
                            unnest(part.latency) with ordinality as counted (number, place)
                        where part.span = 'hour' and part.starts_at < '2031-01-02 00:00Z' group by place order by place
                    ))
                from pgsync.sync_system_health as day, pgsync.sync_system_health as hour
                where day.span = 'day' and hour.span = 'hour' and hour.starts_at < '2031-01-02 00:00Z'
                group by day.starts_at, day.posted, day.latency
                """
            ) == ["t t t"]
        )
    }

    @Test("add up in steps after a long time, and no day before its hours")
    func backlog() async throws {
        try await database.run(
            """
            insert into pgsync.sync_workers (name, host, pid, version, posters, lives_by, started_at)
            values ('a', 'here', 1, '1', 1, 'heartbeat', '2031-01-01 09:00Z');
            insert into pgsync.sync_system_health (
                span, starts_at, worker, sampled_at, posted, without_entry, failed, latency
            )
            select 'minute', at, 1, at, 1, 0, 0, '{1}'
            from generate_series('2031-01-01 10:05Z'::timestamptz, '2031-01-03 21:05Z', '1 hour') as at;
            """
        )
        for (minute, hours, days) in [
            (3, "24", "14"), (4, "48", "14 24"), (5, "60", "14 24"), (6, "60", "14 24"),
        ] {
            #expect(
                try await database.value("select pgsync.record_health(1, '2031-01-03 22:0\(minute):10Z')")
                    == "t"
            )
            #expect(
                try await database.lines(
                    """
                    select coalesce(string_agg(posted::text, ' ' order by starts_at), '') from pgsync.system_health
                    where span = 'day'
                    union all
                    select sum(posted)::text from pgsync.system_health where span = 'hour'
                    """
                ) == [days, hours]
            )
        }
    }

    @Test("are made only by the worker itself, for minutes in which it ran")
    func own() async throws {
        try await database.run(Self.attempts)
        #expect(try await record(99, "10:02:05") == "f")
        #expect(try await record(1, "09:00:30") == "f")
        try await database.run("update pgsync.sync_workers set started_by = 'somebody' where id = 3")
        #expect(try await record(3, "10:02:05") == "f")
        #expect(try await database.value("select count(*) from pgsync.sync_system_health") == "0")
    }

    @Test("of a busy minute count one change for several")
    func busy() async throws {
        try await database.run(
            """
            insert into pgsync.sync_workers (name, host, pid, version, posters, lives_by, started_at)
            values ('a', 'here', 1, '1', 1, 'heartbeat', '2031-01-01 09:00Z');
            insert into pgsync.sync_logs (id, source_table, record_id, action, slot, captured_at)
            select g, 'bills', g, 'create', 1, '2031-01-01 10:00:00Z' from generate_series(1, 12000) as g;
            insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id, worker, recorded_at)
            select g, 1, 'posted', 'bills', g, 'a#1', '2031-01-01 10:00:01Z' from generate_series(1, 12000) as g;
            """
        )
        #expect(try await record(1, "10:01:05") == "t")
        #expect(
            try await database.lines(
                """
                select posted || ' ' || (select sum(number) from unnest(latency) as number)
                from pgsync.sync_system_health where span = 'minute'
                """
            ) == ["12000 12000"]
        )
    }

    @Test("and alerts go when they are old, by their settings")
    func retention() async throws {
        try await database.run(
            """
            insert into pgsync.sync_system_health (
                span, starts_at, worker, sampled_at, posted, without_entry, failed, latency
            )
            select span, now() - make_interval(days => age), (span = 'minute')::integer, now(), 0, 0, 0, '{}'
            from unnest('{minute,hour}'::text[]) as span, unnest('{1,20,800}'::integer[]) as age;
            insert into pgsync.sync_alerts (
                kind, state, severity, words, first_seen_at, last_seen_at, raised_at, resolved_at
            )
            select 'X', 'resolved', 'low', 'x', at, at, at, at from (select now() - interval '91 days' as at) as old
            union all
            select 'X', 'resolved', 'low', 'x', now(), now(), now(), now();
            insert into pgsync.sync_alerts (kind, state, severity, words, first_seen_at, last_seen_at, raised_at)
            values ('Y', 'firing', 'low', 'x', now() - interval '1 year', now(), now() - interval '1 year');
            """
        )
        #expect(
            try await database.lines(
                """
                select part || ' ' || removed from pgsync.cleanup_old_sync_data()
                where part in ('alerts', 'health', 'health_minutes')
                """
            ) == ["alerts 1", "health_minutes 2", "health 1"]
        )
        #expect(
            try await database.value("select string_agg(kind, '' order by kind) from pgsync.sync_alerts")
                == "XY"
        )
    }
}
