extension PlantedCause {
    /// What is wrong between systems that exchange records.
    static let exchange: [PlantedCause] = [
        .init(
            kind: "DATA_INCONSISTENCY",
            expected: "bills shop medium",
            cause: """
                \(node)
                update pgsync.nodes set diverged_tables = array['bills'::regclass], diverged_at = now()
                """,
            cure: "select pgsync.remove_node('shop')"
        ),
        .init(
            kind: "EXCHANGE_LATE",
            expected: "shop medium",
            seconds: 86410,
            cause: node,
            cure: "update pgsync.nodes set last_synced_at = now() + interval '1 day'"
        ),
        .init(
            kind: "EXCHANGE_LATE",
            expected: "head medium",
            seconds: 86410,
            cause: master,
            cure: "select pgsync.remove_master('head')"
        ),
        .init(
            kind: "CLOCK_SKEW",
            expected: "shop medium",
            cause: "\(node) select pgsync.begin_upload('shop', 1, 'x', \(microseconds) - 61000000)",
            cure: "select pgsync.begin_upload('shop', 2, 'y', \(microseconds))"
        ),
        .init(
            kind: "CLOCK_SKEW",
            expected: "head medium",
            cause: "\(master) select pgsync.note_call('head', 'ok', clock_skew => '2 min')",
            cure: "select pgsync.note_call('head', 'ok', clock_skew => '1 s')"
        ),
        .init(
            kind: "EXCHANGE_HELD",
            expected: "head high",
            cause: "\(master) update pgsync.masters set retry_count = 3, last_error = 'too many deletions'",
            cure:
                "select pgsync.note_call('head', 'transient', 'no answer', failures => 1, reset_after => '60')"
        ),
        .init(
            kind: "EXCHANGE_HELD",
            expected: "bills head high",
            cause: """
                \(synced)
                \(master)
                update pgsync.masters set frozen_tables = jsonb_build_object('bills', 'it lacks column note')
                """,
            cure: "update pgsync.masters set frozen_tables = '{}'"
        ),
    ]

    /// What is wrong between two data sets.
    static let comparison: [PlantedCause] = [
        .init(
            kind: "COMPARISON_DIFFERS",
            expected: "zoho items high",
            cause: """
                \(compared)
                update pgsync.compare_results set matched = 80, different = 20, match = 80, verdict = 'critical'
                """,
            cure: "update pgsync.compare_results set healed = 20"
        ),
        .init(
            kind: "COMPARISON_DIFFERS",
            expected: "zoho items medium",
            cause: """
                \(compared)
                update pgsync.compare_results set matched = 94, different = 6, match = 94, verdict = 'warning'
                """,
            cure: "update pgsync.compare_results set different = 0, match = 100, verdict = 'perfect'"
        ),
        .init(
            kind: "COMPARISON_DIFFERS",
            expected: "zoho items medium",
            cause: """
                \(compared)
                update pgsync.compare_results set state = 'not_compared', problem = 'there is no table x'
                """,
            cure: "update pgsync.compare_results set state = 'compared', problem = null"
        ),
    ]

    /// A run that has found nothing.
    private static let compared = """
        insert into pgsync.sync_jobs (kind, subject, state, attempts, started_at, heartbeat_at, finished_at)
        values ('compare', 'zoho', 'completed', 1, now(), now(), now());
        insert into pgsync.compare_runs (job, comparison, version, number, finished_at)
        select id, 'zoho', 1, 1, now() - interval '1 s' from pgsync.sync_jobs where kind = 'compare';
        insert into pgsync.compare_results (
            job, entity, place, state, missing_left, missing_right, different, ambiguous, matched, match, verdict
        )
        select id, 'items', 0, 'compared', 0, 0, 0, 0, 100, 100, 'perfect' from pgsync.sync_jobs where kind = 'compare';
        """
    private static let node = "select pgsync.add_node('shop');"
    private static let master = "select pgsync.set_master('head', 'https://head.example');"
    private static let microseconds = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
    /// A tick needs a transaction of its own.
    private static let synced = "begin; select pgsync.set_synced('bills', true); commit;"
}
