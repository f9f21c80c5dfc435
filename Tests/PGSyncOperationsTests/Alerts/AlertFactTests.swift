import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database with an attached table, whose changes do not count as waiting for a worker.
    static var alerts: DatabaseTrait {
        .migrated(
            as: "alerts",
            """
            create table bills (id int primary key, amount numeric);
            create table notes (id int primary key);
            select pgsync.attach('bills'), pgsync.attach('notes');
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

/// Something that makes an alert true, and what ends it.
struct PlantedCause: Sendable, CustomTestStringConvertible {
    let kind: String
    /// The table, class and severity that follow.
    let expected: String
    /// How long after the cause it is looked for.
    var seconds = 0
    let cause: String
    let cure: String
    /// How long after the cause the cure has worked.
    var curedAfter: Int?

    var testDescription: String { "\(kind) \(expected)" }

    private static let queued = "insert into bills select g, 1 from generate_series(1, 10) as g;"
    private static let emptied = "delete from pgsync.sync_queue"

    static let all: [PlantedCause] = [
        .init(kind: "QUEUE_BACKUP", expected: "bills medium", seconds: 150, cause: queued, cure: emptied),
        .init(kind: "QUEUE_BACKUP", expected: "bills high", seconds: 700, cause: queued, cure: emptied),
        .init(
            kind: "QUEUE_BACKUP",
            expected: "growth medium",
            cause: """
                select pgsync.set_configuration('alert_threshold_queue_size', '5');
                insert into pgsync.sync_system_health (
                    span, starts_at, worker, sampled_at, queue_size, posted, without_entry, failed, latency
                )
                select 'minute', now() - make_interval(mins => g), 1, now(), 6 - g, 0, 0, 0, '{}'
                from generate_series(1, 5) as g;
                \(queued)
                """,
            cure: emptied
        ),
        .init(
            kind: "SYNC_FAILURES",
            expected: "bills data.missing high",
            cause:
                "\(queued) update pgsync.sync_queue set sync_status = 'failed', error_class = 'data.missing' where log_id = 3",
            cure: emptied
        ),
        .init(
            kind: "SYNC_FAILURES",
            expected: "bills data.type critical",
            cause: """
                select pgsync.set_configuration('alert_dead_letters', '1');
                insert into bills select g, 1 from generate_series(1, 100) as g;
                update pgsync.sync_queue set sync_status = 'failed', error_class = 'data.type'
                """,
            cure: emptied
        ),
        .init(
            kind: "SYNC_FAILURES",
            expected: "bills data.missing high",
            seconds: 60,
            cause: attempts(failed: 10, of: 100),
            cure: "select",
            curedAfter: 700
        ),
        .init(
            kind: "SYNC_FAILURES",
            expected: "bills data.missing critical",
            seconds: 60,
            cause: attempts(failed: 50, of: 100),
            cure: "select",
            curedAfter: 700
        ),
        .init(
            kind: "SYSTEM_DOWN",
            expected: "critical",
            seconds: 60,
            cause: "select pgsync.set_configuration('enable_real_time_sync', 'true'); \(queued)",
            cure: emptied
        ),
        .init(
            kind: "SYSTEM_DOWN",
            expected: "critical",
            cause: """
                insert into pgsync.sync_workers (name, host, pid, version, posters) values ('gone', 'there', 1, '1', 1)
                """,
            cure: "update pgsync.sync_workers set state = 'stopped', stopped_at = clock_timestamp()"
        ),
        .init(
            kind: "DATA_INCONSISTENCY",
            expected: "bills medium",
            cause: """
                insert into pgsync.sync_differences (
                    kind, source_table, record_id, found, amount, currency, first_job, last_job
                )
                values ('wrong_entry', 'bills', '1', 'x', 100, 'INR', 1, 1), ('wrong_entry', 'bills', '2', 'x', 50, 'INR', 1, 1)
                """,
            cure: "update pgsync.sync_differences set state = 'healed'"
        ),
        .init(
            kind: "CAPTURE_BYPASS",
            expected: "bills not_captured high",
            cause: """
                insert into pgsync.sync_differences (kind, source_table, record_id, found, first_job, last_job)
                values ('not_captured', 'bills', '1', 'x', 1, 1)
                """,
            cure: "update pgsync.sync_differences set state = 'accepted', reason = 'old'"
        ),
        .init(
            kind: "CAPTURE_BYPASS",
            expected: "bills trigger_disabled critical",
            cause: #"alter table bills disable trigger "000_pgsync_insert""#,
            cure: #"alter table bills enable always trigger "000_pgsync_insert""#
        ),
        .init(
            kind: "CHAIN_BROKEN",
            expected: "critical",
            cause: """
                insert into pgsync.chain_verifications (state, from_seq, to_seq, next_seq, findings, finished_at)
                values ('broken', 1, 3, 4, 2, now())
                """,
            cure: """
                insert into pgsync.chain_verifications (state, from_seq, to_seq, next_seq, finished_at)
                values ('unanchored', 1, 3, 4, now())
                """
        ),
        .init(
            kind: "CHAIN_LATE",
            expected: "medium",
            cause: "update pgsync.chain_kinds set boundary_at = now() - interval '31 minutes'",
            cure: "update pgsync.chain_kinds set boundary_at = now() + interval '1 day'"
        ),
        .init(
            kind: "RANGES_SHORT",
            expected: "few_ranges critical",
            cause: "update pgsync.id_ranges set state = 'freezing' where from_id > 1",
            cure: "update pgsync.id_ranges set state = 'kept'"
        ),
        .init(
            kind: "PAUSED_TOO_LONG",
            expected: "bills medium",
            seconds: 3700,
            cause: "select pgsync.pause('bills')",
            cure: "select pgsync.resume('bills')"
        ),
        .init(
            kind: "PAUSED_TOO_LONG",
            expected: "medium",
            seconds: 3700,
            cause: "select pgsync.pause()",
            cure: "select pgsync.resume()"
        ),
        .init(
            kind: "SCHEDULE_LATE",
            expected: "retention medium",
            cause: """
                update pgsync.sync_schedules set next_run_at = now() - interval '16 minutes' where name = 'retention'
                """,
            cure: "update pgsync.sync_schedules set next_run_at = now() + interval '1 day'"
        ),
        .init(
            kind: "DELIVERY_FAILED",
            expected: "mail medium",
            cause: failing(
                "values ('mail', 'mail', now(), 5, 3::bigint, 0::bigint, 'delivery.refused', 'x')"
            ),
            cure: failing("select 'mail', 'mail', now(), 5, 3::bigint, 0::bigint, 'x', 'x' where false")
        ),
    ]

    private static func failing(_ rows: String) -> String {
        """
        create or replace function pgsync.failing_channels(now timestamptz default clock_timestamp())
        returns table (
            channel text, kind text, since timestamptz, failures integer, waiting bigint, given_up bigint,
            error_class text, error_message text
        )
        language sql stable as $$ \(rows) $$
        """
    }

    /// Attempts that were just recorded, of which some failed.
    static func attempts(failed: Int, of number: Int, errorClass: String = "data.missing") -> String {
        """
        insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id, error_class, recorded_at)
        select g, 1, (case when g <= \(failed) then 'failed' else 'posted' end)::pgsync.outcome, 'bills', g,
            case when g <= \(failed) then '\(errorClass)' end, now()
        from generate_series(1, \(number)) as g
        """
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
