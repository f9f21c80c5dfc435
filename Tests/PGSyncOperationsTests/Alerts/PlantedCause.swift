import Testing

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

    static let all = own + exchange + comparison

    private static let own: [PlantedCause] = [
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
            cause: "select setval('pgsync.sync_logs_id_seq', 900000)",
            cure: "select pgsync.make_ranges()"
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
        .init(
            kind: "IMPORT_FAILED",
            expected: "crm high",
            cause: "\(crm) \(ran("failed"))",
            cure: ran("completed")
        ),
        .init(
            kind: "IMPORT_FAILED",
            expected: "crm high",
            cause: """
                \(crm)
                select pgsync.request_job('import', 'crm');
                update pgsync.sync_jobs
                set state = 'waiting', attempts = 1, started_at = now(), heartbeat_at = now(), waits_until = 'infinity',
                    wait_class = 'auth.key_gone'
                where kind = 'import'
                """,
            cure: "select pgsync.cancel_job(max(id)) from pgsync.sync_jobs"
        ),
        .init(
            kind: "ENDPOINT_DOWN",
            expected: "crm high",
            seconds: 901,
            cause: """
                \(crm)
                select pgsync.note_call('crm', 'transient', 'no answer', failures => 1, reset_after => '0');
                -- Probes that fail do not begin it anew.
                select pgsync.take_budget('crm');
                select pgsync.note_call('crm', 'transient', 'no answer', failures => 1, reset_after => '0')
                """,
            cure: "select pgsync.note_call('crm', 'ok')"
        ),
        .init(
            kind: "ENDPOINT_DOWN",
            expected: "crm high",
            cause: """
                \(crm)
                select pgsync.note_call('crm', 'auth', '401');
                select pgsync.pause_endpoint('crm', 'the secret was refused: 401')
                """,
            cure: "select pgsync.resume_endpoint('crm')"
        ),
        .init(
            kind: "DATA_STALE",
            expected: "crm merchants medium",
            cause: """
                \(crm)
                select pgsync.set_schedule('crm', 'import', '0 11,19 * * *', 'UTC', 'crm', 'daily');
                insert into pgsync.cursors (endpoint, stream, finished)
                values ('crm', 'merchants', tstzmultirange(tstzrange(null, now() - interval '33 hours')))
                """,
            cure: "update pgsync.cursors set finished = finished + tstzmultirange(tstzrange(null, now()))"
        ),
    ]

    private static let crm = """
        select pgsync.apply_import(
            'crm', 1, 'x', '{"base_url": "https://crm.example", "hosts": ["crm.example"], "parallel": 1, "budgets": []}',
            format(
                '[{"stream": "merchants", "place": 1, "target": %s, "key_columns": ["id"], "columns": ["id"]}]',
                'notes'::regclass::oid
            )::jsonb
        );
        """

    /// A run of the import that has ended.
    private static func ran(_ state: String) -> String {
        """
        insert into pgsync.sync_jobs (
            kind, subject, type, state, trigger, requested_by, attempts, started_at, heartbeat_at, finished_at, error_class,
            error_message
        )
        values ('import', 'crm', 'daily', '\(state)', 'api', 'x', 1, now(), now(), now(),
            case '\(state)' when 'failed' then 'call.config' end, case '\(state)' when 'failed' then 'x' end)
        """
    }

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
