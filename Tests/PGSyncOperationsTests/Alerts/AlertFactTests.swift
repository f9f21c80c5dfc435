import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database with attached tables, whose changes do not count as waiting for a worker, and a channel.
    static var alerts: DatabaseTrait {
        .migrated(
            as: "alerts",
            """
            create table bills (id int primary key, amount numeric);
            create table notes (id int primary key);
            select pgsync.attach('bills'), pgsync.attach('notes'), pgsync.set_channel('hear', 'notify');
            update pgsync.sync_configuration set config_value = 'false' where config_key = 'enable_real_time_sync';
            -- Whatever is planted can be taken away again.
            alter table pgsync.sync_queue disable trigger all;
            """
        )
    }
}

extension TestDatabase {
    /// Checks alerts so many seconds after a time.
    func check(_ start: String, _ seconds: Int) async throws {
        try await run("select pgsync.check_alerts(\(Self.moment(start, seconds)))")
    }

    /// What is wrong of a kind then: the table, the class, the severity, and what holds it back.
    func facts(_ kind: String, _ start: String, _ seconds: Int) async throws -> [String] {
        try await lines(
            """
            select concat_ws(' ', source_table, class, severity, inhibited_by)
            from pgsync.alert_facts(\(Self.moment(start, seconds)))
            where kind = '\(kind)' and is_observed
            order by 1
            """
        )
    }

    /// The time of the server, to begin with.
    func start() async throws -> String { try #require(try await value("select clock_timestamp()::text")) }

    static func moment(_ start: String, _ seconds: Int) -> String {
        "'\(start)'::timestamptz + interval '\(seconds) s'"
    }
}

@Suite("What is wrong, from facts", .alerts, .timeLimit(.minutes(5)))
struct AlertFactTests {
    private let database = TestDatabase.current

    @Test("is raised by its cause and resolved by its cure", arguments: PlantedCause.all)
    func planted(_ plant: PlantedCause) async throws {
        let start = try await database.start()
        #expect(try await database.facts(plant.kind, start, plant.seconds) == [])
        try await database.run(plant.cause)
        #expect(try await database.facts(plant.kind, start, plant.seconds + 1) == [plant.expected])
        try await database.check(start, plant.seconds + 1)
        try await database.check(start, plant.seconds + 32)
        let alerts = "select concat_ws(' ', source_table, class, severity, state) from pgsync.sync_alerts"
        let own = "\(alerts) where kind = '\(plant.kind)'"
        #expect(try await database.lines(own) == ["\(plant.expected) firing"])

        try await database.run(plant.cure)
        let cured = plant.curedAfter ?? plant.seconds + 33
        #expect(try await database.facts(plant.kind, start, cured) == [])
        try await database.check(start, cured)
        #expect(try await database.lines(own) == ["\(plant.expected) firing"])
        try await database.check(start, cured + 301)
        #expect(try await database.lines(own) == ["\(plant.expected) resolved"])
    }

    @Test("says how much, against which limit, since when and what to do, and quotes no row")
    func words() async throws {
        try await database.run(
            """
            insert into ledger.currencies (code, name, exponent) values ('INR', 'Rupee', 2) on conflict do nothing;
            insert into bills values (1, 1);
            update pgsync.sync_queue set sync_status = 'failed', error_class = 'data.missing',
                error_message = 'Ravi has no amount', last_sync_attempt = '2026-01-01 10:00Z'
            """
        )
        try await database.run(PlantedCause.all.first { $0.kind == "DATA_INCONSISTENCY" }?.cause ?? "")
        #expect(
            try await database.lines(
                """
                set time zone 'UTC';
                select concat_ws('|', table_name, value, threshold, unit, words, since)
                from pgsync.alert_conditions where kind in ('SYNC_FAILURES', 'DATA_INCONSISTENCY') order by kind desc
                """
            ).map { $0.split(separator: "|").prefix(5).joined(separator: "|") } == [
                "public.bills|1|1|changes|1 dead letter; A value that the rule needs is null.",
                "public.bills|2|0|differences|2 differences, INR 1.50",
            ]
        )
        #expect(
            try await database.value("select count(*) from pgsync.alert_conditions where remedy is null")
                == "0"
        )
        #expect(
            try await database.value("select count(*) from pgsync.alert_conditions where words ~ 'Ravi'")
                == "0"
        )
    }

    @Test("does not call a stopped worker down, nor few failures many, nor a paused table backed up")
    func calm() async throws {
        let start = try await database.start()
        try await database.run(
            """
            insert into pgsync.sync_workers (name, host, pid, version, posters, state, stopped_at)
            values ('done', 'there', 1, '1', 1, 'stopped', now());
            insert into bills select g, 1 from generate_series(1, 10) as g;
            select pgsync.pause('bills');
            \(PlantedCause.attempts(failed: 9, of: 10));
            """
        )
        for kind in ["SYSTEM_DOWN", "SYNC_FAILURES"] {
            #expect(try await database.facts(kind, start, 60) == [], "\(kind)")
        }
        #expect(try await database.facts("QUEUE_BACKUP", start, 3000) == [])
    }

    @Test("holds back what a missing worker or a pause explains")
    func inhibition() async throws {
        let start = try await database.start()
        try await database.run(
            """
            insert into bills values (1, 1);
            insert into notes values (1);
            update pgsync.sync_schedules set next_run_at = now() - interval '1 hour' where name = 'retention';
            update pgsync.chain_kinds set boundary_at = now() - interval '31 minutes';
            update pgsync.sync_queue set sync_status = 'failed', error_class = 'transient'
            where log_id = (select max(log_id) from pgsync.sync_queue);
            insert into pgsync.sync_workers (name, host, pid, version, posters) values ('gone', 'there', 1, '1', 1)
            """
        )
        #expect(try await database.facts("SYSTEM_DOWN", start, 200) == ["critical"])
        #expect(try await database.facts("QUEUE_BACKUP", start, 200) == ["bills medium SYSTEM_DOWN"])
        #expect(try await database.facts("SYNC_FAILURES", start, 200) == ["notes transient high SYSTEM_DOWN"])
        #expect(try await database.facts("SCHEDULE_LATE", start, 200) == ["retention medium SYSTEM_DOWN"])
        #expect(try await database.facts("CHAIN_LATE", start, 200) == ["medium SYSTEM_DOWN"])
        try await database.run("delete from pgsync.sync_workers; select pgsync.pause()")
        #expect(try await database.facts("QUEUE_BACKUP", start, 200) == ["bills medium paused"])
        #expect(try await database.facts("SYNC_FAILURES", start, 200) == ["notes transient high paused"])
        #expect(try await database.facts("CHAIN_LATE", start, 200) == ["medium"])
    }

    @Test("names who holds an old snapshot, by its number where its age is hidden")
    func horizon() async throws {
        let start = try await database.start()
        try await database.connect { holder in
            try await holder.withSession { session in
                _ = try session.runScript("begin; select pg_current_xact_id()")
            }
            // Other tests run on this server, too, so another one may be older.
            let named = """
                select own.words ~ '^process [0-9]+ of .* 32 min$' and own.remedy ~ '^select pg_terminate_backend'
                from pgsync.horizon_alerts(\(TestDatabase.moment(start, 1900))) as own where own.class = 'session'
                """
            try await database.run("select pg_current_xact_id()")
            try await database.run(
                """
                insert into pgsync.sync_system_health (
                    span, starts_at, worker, sampled_at, next_xid, posted, without_entry, failed, latency
                )
                select 'minute', '\(start)', 1, '\(start)', pg_snapshot_xmax(pg_current_snapshot()), 0, 0, 0, '{}'
                """
            )
            #expect(try await database.value(named) == "t")
            #expect(
                try await database.lines(
                    "select class from pgsync.horizon_alerts(\(TestDatabase.moment(start, 1700))) where class = 'session'"
                ) == []
            )
        }
    }

    @Test("tells of a checker that is silent although a worker runs")
    func silentChecker() async throws {
        let start = try await database.start()
        try await database.run(
            """
            insert into pgsync.sync_workers (name, host, pid, version, posters, lives_by)
            values ('slow', 'there', 1, '1', 1, 'heartbeat')
            """
        )
        #expect(try await database.facts("CHECKER_SILENT", start, 100) == [])
        #expect(try await database.facts("CHECKER_SILENT", start, 130) == ["high"])
        try await database.check(start, 100)
        #expect(try await database.facts("CHECKER_SILENT", start, 130) == [])
        #expect(try await database.facts("CHECKER_SILENT", start, 230) == ["high"])
        // Whoever checks has ended it.
        try await database.check(start, 300)
        #expect(
            try await database.value("select count(*) from pgsync.sync_alerts where kind = 'CHECKER_SILENT'")
                == "0"
        )
    }

    @Test("is cut to what can be kept, however long a name or a list is")
    func long() async throws {
        let start = try await database.start()
        try await database.run(
            """
            create or replace function pgsync.schedule_alerts(as_of timestamptz) returns setof pgsync.alert_condition
            language sql stable as $$
                select 'SCHEDULE_LATE', null::regclass, repeat('c', 3000) || number, severity, 1.0, 0.0, 'seconds',
                    repeat('w', 100000), repeat('r', 100000), null::timestamptz, null, true
                from unnest('{low,high}'::text[]) with ordinality as own (severity, number)
            $$
            """
        )
        try await database.check(start, 0)
        #expect(
            try await database.lines(
                """
                select concat_ws(' ', severity, length(class), length(words), length(remedy))
                from pgsync.sync_alerts where kind = 'SCHEDULE_LATE'
                """
            ) == ["high 200 1000 500"]
        )
    }

    @Test("says of which kinds nothing can be said, and goes on with the others")
    func unobserved() async throws {
        let start = try await database.start()
        try await database.run(
            """
            update pgsync.chain_kinds set boundary_at = now() - interval '31 minutes';
            select pgsync.pause('bills');
            """
        )
        try await database.check(start, 0)
        try await database.check(start, 60)
        let state = "select state from pgsync.sync_alerts where kind = 'CHAIN_LATE'"
        #expect(try await database.lines(state) == ["firing"])
        // It ends, but nobody can see that.
        try await database.run(
            """
            update pgsync.chain_kinds set boundary_at = now() + interval '1 day';
            alter table pgsync.chain_verifications rename to hidden
            """
        )
        try await database.check(start, 70)
        try await database.check(start, 4000)
        #expect(try await database.lines(state) == ["firing"])
        #expect(try await database.facts("PAUSED_TOO_LONG", start, 4000) == ["bills medium"])
        #expect(
            try await database.lines(
                "select kind from pgsync.alert_facts() where not is_observed order by kind"
            ) == ["CHAIN_BROKEN", "CHAIN_LATE"]
        )
        #expect(
            try await database.value("select problems[1] from pgsync.alert_check")?.contains("does not exist")
                == true
        )
        try await database.run("alter table pgsync.hidden rename to chain_verifications")
        try await database.check(start, 4010)
        try await database.check(start, 4320)
        #expect(try await database.lines(state) == ["resolved"])
    }
}
