// Long because each statement stands beside what it answers.
extension Catalog {
    private static let differenceFields: [Field] = [
        .id("difference"), .text("kind"), Field.text("table").orNull, Field.text("record").orNull,
        .text("found"),
        Field.text("meaning").orNull, Field.text("remedy").orNull, .text("state"),
        Field.text("reason").orNull,
        Field.money("amount").orNull, Field.text("currency").orNull, Field.any("expected_lines").orNull,
        Field.any("posted_lines").orNull, Field.id("entry").orNull, Field.id("change").orNull,
        .id("first_job"),
        .id("last_job"), .time("first_seen_at"), .time("last_seen_at"), .count("seen"),
        Field.time("state_changed_at").orNull, Field.text("state_changed_by").orNull, .boolean("healable"),
    ]

    private static let chainJSON = """
        (
            select json_build_object(
                'state', chain.state, 'block', chain.seq::text, 'head', encode(chain.head, 'hex'), 'rows', chain.row_count,
                'lag_seconds', round(chain.lag_seconds::numeric, 1), 'verified_at', chain.verified_at,
                'verified_block', chain.verified_seq::text, 'links', chain.links, 'rows_checked', chain.rows_checked,
                'findings', chain.findings,
                'anchors', (
                    select coalesce(
                        json_agg(
                            json_build_object(
                                'kind', listed.item ->> 'kind', 'destination', listed.item ->> 'destination',
                                'block', listed.item ->> 'seq', 'head', listed.item ->> 'head',
                                'anchored_at', listed.item ->> 'anchored_at',
                                'age_seconds', (listed.item ->> 'seconds')::numeric
                            )
                        ),
                        '[]'
                    )
                    from jsonb_array_elements(chain.anchors) as listed (item)
                )
            )
            from pgsync.chain_state as chain
        )
        """

    static let proof: [Endpoint] = [
        Endpoint(
            .get,
            "/proof",
            .read,
            "How far the ledger can be trusted: the score with its parts, the newest verification, and the chain.",
            answer: [
                .any("score"), Field.any("verification").orNull, .any("sources"), .any("days"), .any("chain"),
            ],
            .row(
                Statement(
                    """
                    with latest as (
                        select run.*, job.state as job_state
                        from pgsync.verify_runs as run
                        inner join pgsync.job_states as job on run.job = job.id
                        order by run.job desc
                        limit 1
                    )

                    select
                        (
                            select json_build_object(
                                'points', own.score, 'verdict', own.verdict, 'freshness', own.freshness,
                                'proven', own.proven, 'failure_free', own.failures, 'sweep', own.sweep, 'cap', own.cap,
                                'capped_by', own.capped_by, 'recommendation', own.recommendation,
                                'verified_at', own.verified_at
                            )
                            from pgsync.sync_score() as own
                        ) as score,
                        (
                            select json_build_object(
                                'job', own.job::text, 'state', own.job_state, 'since', own.since, 'until', own.until,
                                'heal', own.heals, 'dry_run', own.dry_run, 'started_at', own.started_at,
                                'finished_at', own.finished_at, 'heal_stopped', own.heal_stopped,
                                'digest', encode(own.digest, 'hex')
                            )
                            from latest as own
                        ) as verification,
                        (
                            select coalesce(
                                json_agg(
                                    json_build_object(
                                        'table', source.table_name, 'records', own.records, 'equal', own.equal,
                                        'no_entry', own.no_entry, 'not_watched', own.not_watched,
                                        'different', own.different, 'waiting', own.waiting, 'failed', own.failed,
                                        'skipped', own.skipped
                                    )
                                    order by source.table_name
                                ),
                                '[]'
                            )
                            from latest
                            inner join pgsync.verified_sources as own on latest.job = own.job
                            inner join pgsync.sources as source on own.source_table = source.source_table
                        ) as sources,
                        (
                            select coalesce(
                                json_agg(
                                    json_build_object(
                                        'table', source.table_name, 'day', own.day, 'captured', own.captured,
                                        'posted', own.posted + own.amended + own.reversed, 'unchanged', own.unchanged,
                                        'superseded', own.superseded, 'skipped', own.skipped, 'unposted', own.unposted,
                                        'failed', own.failed, 'waiting', own.waiting, 'lost', own.lost,
                                        'difference', own.captured - own.posted - own.amended - own.reversed - own.unchanged
                                            - own.superseded - own.skipped - own.unposted - own.failed - own.waiting
                                    )
                                    order by own.day desc, source.table_name
                                ),
                                '[]'
                            )
                            from latest
                            inner join pgsync.verified_days as own on latest.job = own.job and own.day > current_date - 31
                            inner join pgsync.sources as source on own.source_table = source.source_table
                        ) as days,
                        \(chainJSON) as chain
                    """
                )
            )
        ),
        Endpoint(
            .get,
            "/proof/differences",
            .read,
            "What verifications found to differ, newest first.",
            parameters: [
                Field.choice("state", ["open", "investigating", "accepted", "healed", "gone"]).orNull,
                tableFilter,
                Field.text("kind").orNull,
            ],
            answer: differenceFields,
            .pages(
                """
                select
                    own.id as k1, own.id::text as difference, own.kind, source.table_name as table, own.record_id as record,
                    own.found, known.description as meaning, own.remedy, own.state, own.reason,
                    round(own.amount / 10::numeric ^ currency.exponent, currency.exponent)::text as amount, own.currency,
                    own.expected as expected_lines, own.posted as posted_lines, own.entry_id::text as entry,
                    own.change_id::text as change, own.first_job::text as first_job, own.last_job::text as last_job,
                    own.first_seen_at, own.last_seen_at, own.seen, own.state_since as state_changed_at,
                    own.state_by as state_changed_by, coalesce(known.healing, 'person') <> 'person' as healable
                from pgsync.sync_differences as own
                left join pgsync.difference_kinds() as known on own.kind = known.kind
                left join pgsync.sources as source on own.source_table = source.source_table
                left join ledger.currencies as currency on own.currency = currency.code
                where (:state is null or own.state = :state)
                    and (:table is null or source.table_name = :table)
                    and (:kind is null or own.kind = :kind)
                """,
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .post,
            "/proof/differences/{id}/mark",
            .operate,
            "Marks a difference as open or under investigation.",
            body: [.choice("state", ["open", "investigating"]), Field.text("reason").orNull],
            answer: [.id("difference"), .text("state")],
            .act(
                Act(
                    name: "mark difference",
                    statement: """
                        select :id as difference, :state as state,
                            pgsync.mark_difference(:id::bigint, :state, :reason) as done
                        """,
                    object: "id"
                )
            )
        ),
        Endpoint(
            .post,
            "/proof/differences/{id}/accept",
            .admin,
            "Accepts a difference for a reason, so that it is not told again; confirmed by a token.",
            body: [.text("reason")],
            answer: [.id("difference"), .text("state")],
            .act(
                Act(
                    name: "accept difference",
                    statement: """
                        select :id as difference, 'accepted' as state,
                            pgsync.mark_difference(:id::bigint, 'accepted', :reason) as done
                        """,
                    object: "id",
                    isConfirmed: { _ in true }
                )
            )
        ),
        Endpoint(
            .get,
            "/proof/heals",
            .read,
            "What verifications healed, newest first.",
            parameters: [Field.id("job").orNull],
            answer: [
                .id("heal"), .id("job"), Field.id("difference").orNull, .text("table"), .text("record"),
                Field.id("change").orNull, .time("healed_at"), .text("healed_by"),
                Field.time("undone_at").orNull,
                Field.text("undone_by").orNull,
            ],
            .pages(
                """
                select
                    own.id as k1, own.id::text as heal, own.job::text as job, own.difference::text as difference,
                    pgsync.qualified_name(own.source_table) as table, own.record_id as record,
                    own.change_id::text as change, own.healed_at, own.healed_by, own.undone_at, own.undone_by
                from pgsync.sync_heals as own
                where :job is null or own.job = :job::bigint
                """,
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .post,
            "/proof/heals/{job}/undo",
            .operate,
            "Undoes what a verification healed, where nothing has changed since.",
            body: [Field.text("reason").orNull],
            answer: [
                .text("table"), .text("record"), Field.id("change").orNull, .boolean("undone"),
                Field.text("reason").orNull,
            ],
            .act(
                Act(
                    name: "undo heals",
                    statement: """
                        select pgsync.qualified_name(own.source_table) as table, own.record_id as record,
                            own.change_id::text as change, own.undone, own.reason
                        from pgsync.undo_heals(:job::bigint) as own
                        """,
                    object: "job",
                    isList: true
                )
            )
        ),
        Endpoint(
            .get,
            "/audit-chain",
            .read,
            "The state of the chain over the audit log and the journal.",
            answer: [.any("chain")],
            .row(Statement("select \(chainJSON) as chain"))
        ),
        Endpoint(
            .get,
            "/anchors",
            .read,
            "Where heads of the chain were written to, newest first.",
            answer: [
                .id("anchor"), .text("kind"), .text("destination"), .id("block"), .text("head"),
                .count("rows"),
                .time("anchored_at"), .text("anchored_by"),
            ],
            .pages(
                """
                select
                    own.id as k1, own.id::text as anchor, own.kind, own.destination, own.seq::text as block,
                    encode(own.head, 'hex') as head, own.row_count as rows, own.anchored_at, own.anchored_by
                from pgsync.chain_anchors as own
                """,
                keys: ["bigint"],
                isAscending: false
            )
        ),
    ]

    private static let alertFields: [Field] = [
        Field.id("alert").orNull, .text("kind"), .text("severity"), Field.text("table").orNull,
        Field.text("class").orNull, .text("state"), .text("message"), Field.text("remedy").orNull,
        Field.number("measured").orNull, Field.number("limit").orNull, Field.text("unit").orNull,
        Field.time("began_at").orNull, Field.text("inhibited_by").orNull, Field.count("seen").orNull,
        Field.time("first_seen_at").orNull, Field.time("last_seen_at").orNull, Field.time("raised_at").orNull,
        Field.time("resolved_at").orNull, Field.time("acknowledged_at").orNull,
        Field.text("acknowledged_by").orNull,
        Field.time("acknowledgement_ends_at").orNull, Field.text("note").orNull, Field.time("told_at").orNull,
        Field.id("silence").orNull, .boolean("wrong_now"), Field.text("meaning").orNull,
        .list(
            "deliveries",
            [
                .text("channel"), .text("state"), .count("attempts"), Field.text("last_error").orNull,
                Field.time("ended_at").orNull,
            ]
        ),
    ]

    private static let deliveries = """
        (
            select coalesce(
                json_agg(
                    json_build_object(
                        'channel', sent.channel, 'state', sent.state, 'attempts', sent.attempts,
                        'last_error', sent.error_message, 'ended_at', sent.ended_at
                    )
                    order by sent.id desc
                ),
                '[]'
            )
            from (
                select listed.*
                from pgsync.alert_deliveries as listed
                where listed.alert = own.id
                order by listed.id desc
                limit 5
            ) as sent
        )
        """

    static let alerts: [Endpoint] = [
        Endpoint(
            .get,
            "/alerts",
            .read,
            "What is wrong now, the worst first.",
            parameters: [Field.text("kind").orNull],
            answer: alertFields,
            .rows(
                Statement(
                    """
                    select
                        own.id::text as alert, own.kind, own.severity, own.table_name as table, own.class, own.state,
                        own.words as message, own.remedy, own.value as measured, own.threshold as limit, own.unit,
                        own.since as began_at, own.inhibited_by, own.seen, own.first_seen_at, own.last_seen_at,
                        own.raised_at, null::timestamptz as resolved_at, own.acknowledged_at, own.acknowledged_by,
                        own.acknowledged_until as acknowledgement_ends_at, own.note, own.told_at,
                        own.silence::text as silence, own.is_true as wrong_now, known.meaning, \(deliveries) as deliveries
                    from pgsync.alert_states as own
                    left join pgsync.alert_kinds() as known on own.kind = known.kind
                    where :kind is null or own.kind = :kind
                    order by array_position(array['critical', 'high', 'medium', 'low'], own.severity), known.place, own.id
                    """
                )
            )
        ),
        Endpoint(
            .get,
            "/alerts/history",
            .read,
            "Resolved alerts, newest first.",
            parameters: [Field.text("kind").orNull],
            answer: alertFields,
            .pages(
                Statement(
                    """
                    select
                        own.id as k1, own.id::text as alert, own.kind, own.severity, own.table_name as table, own.class,
                        own.state, own.words as message, own.remedy, own.value as measured, own.threshold as limit,
                        own.unit, own.since as began_at, own.inhibited_by, own.seen, own.first_seen_at, own.last_seen_at,
                        own.raised_at, own.resolved_at, own.acknowledged_at, own.acknowledged_by,
                        own.acknowledged_until as acknowledgement_ends_at, own.note, own.told_at,
                        own.silence::text as silence, false as wrong_now, known.meaning, \(deliveries) as deliveries
                    from pgsync.sync_alerts as own
                    left join pgsync.alert_kinds() as known on own.kind = known.kind
                    where own.state = 'resolved' and (:kind is null or own.kind = :kind)
                    """
                ),
                keys: ["bigint"],
                isAscending: false
            )
        ),
        Endpoint(
            .get,
            "/alerts/check",
            .read,
            "When alerts were last checked, by whom, and of which kinds nothing can be said.",
            answer: [
                Field.time("checked_at").orNull, Field.text("checked_by").orNull,
                .list("unobserved", [.text("kind"), Field.text("reason").orNull]),
            ],
            .row(
                """
                select
                    own.checked_at, own.checked_by,
                    (
                        select coalesce(json_agg(json_build_object('kind', fact.kind, 'reason', fact.words)), '[]')
                        from pgsync.alert_facts() as fact
                        where not fact.is_observed
                    ) as unobserved
                from pgsync.alert_check as own
                """
            )
        ),
        Endpoint(
            .post,
            "/alerts/{id}/acknowledge",
            .operate,
            "Acknowledges an alert until a time, or until it gets worse.",
            body: [Field.time("until").orNull, Field.text("note").orNull],
            answer: [.id("alert"), .text("state")],
            .act(
                Act(
                    name: "acknowledge alert",
                    statement: """
                        select :id as alert, 'acknowledged' as state,
                            pgsync.acknowledge_alert(own.id, :until::timestamptz, :note) as done
                        from pgsync.sync_alerts as own
                        where own.id = :id::bigint
                        """,
                    object: "id",
                    nothing: .notFound
                )
            )
        ),
        Endpoint(
            .post,
            "/alerts/{id}/unacknowledge",
            .operate,
            "Takes an acknowledgement back.",
            body: [Field.text("reason").orNull],
            answer: [.id("alert")],
            .act(
                Act(
                    name: "end acknowledgement",
                    statement: """
                        select :id as alert, pgsync.end_acknowledgement(own.id) as done
                        from pgsync.sync_alerts as own
                        where own.id = :id::bigint and own.acknowledged_at is not null and own.state <> 'resolved'
                        """,
                    object: "id",
                    whenNothing: "it is not acknowledged, is resolved, or is not there"
                )
            )
        ),
        Endpoint(
            .get,
            "/silences",
            .read,
            "The silences that have not ended.",
            answer: [
                .id("silence"), Field.text("kind").orNull, Field.text("table").orNull,
                Field.text("class").orNull,
                .time("starts_at"), .time("ends_at"), .text("reason"), .text("created_by"),
            ],
            .rows(
                """
                select
                    own.id::text as silence, own.kind,
                    case when own.source_table is not null then pgsync.qualified_name(own.source_table) end as table,
                    own.class, own.starts_at, own.ends_at, own.reason, own.created_by
                from pgsync.alert_silences as own
                where own.ends_at > clock_timestamp()
                order by own.ends_at
                """
            )
        ),
        Endpoint(
            .post,
            "/silences",
            .operate,
            "Silences alerts of a kind, table or class until a time; of a broken chain only when confirmed by a token.",
            body: [
                Field.text("kind").orNull, tableFilter, Field.text("class").orNull, .time("ends_at"),
                .text("reason"),
            ],
            answer: [.id("silence")],
            .act(
                Act(
                    name: "silence alerts",
                    statement: """
                        select pgsync.silence_alerts(
                            :ends_at::timestamptz, :reason, :kind, chosen.source_table, :class
                        )::text as silence
                        from (select) as always
                        left join pgsync.sources as chosen on chosen.source_table = pgsync.table_named(:table)
                        where :table is null or chosen.source_table is not null
                        """,
                    object: "kind",
                    isConfirmed: { $0["kind"] == nil || $0["kind"] == "CHAIN_BROKEN" },
                    nothing: .notFound
                )
            )
        ),
        Endpoint(
            .delete,
            "/silences/{id}",
            .operate,
            "Ends a silence early.",
            answer: [.id("silence")],
            .act(
                Act(
                    name: "end silence",
                    statement: """
                        select :id as silence, pgsync.end_silence(own.id) as done
                        from pgsync.alert_silences as own
                        where own.id = :id::bigint and own.ends_at > clock_timestamp()
                        """,
                    object: "id",
                    nothing: .notFound
                )
            )
        ),
        Endpoint(
            .get,
            "/channels",
            .read,
            "Where news of alerts is sent, and how that goes; never their secrets.",
            answer: [
                .text("channel"), .text("kind"), .boolean("enabled"), Field.text("min_severity").orNull,
                Field.text("disabled_reason").orNull, .count("failures_in_a_row"), .count("unsent"),
                Field.time("last_ok_at").orNull, Field.time("last_error_at").orNull,
                Field.text("last_error").orNull,
            ],
            .rows(
                """
                select
                    own.name as channel, own.kind, own.enabled, own.min_severity, own.disabled_reason,
                    own.failures_in_a_row,
                    (
                        select count(*)
                        from pgsync.alert_deliveries as listed
                        where listed.channel = own.name and listed.ended_at is null
                    ) as unsent,
                    own.last_ok_at, own.last_error_at, own.last_error_message as last_error
                from pgsync.channels as own
                order by own.name
                """
            )
        ),
        channel("enable", "Enables a channel, and forgets its failures."),
        channel("disable", "Disables a channel; what waits is kept."),
    ]

    private static func channel(_ verb: String, _ summary: String) -> Endpoint {
        Endpoint(
            .post,
            "/channels/{name}/\(verb)",
            .admin,
            summary,
            body: [Field.text("reason").orNull],
            answer: [.text("channel"), .boolean("enabled")],
            .act(
                Act(
                    name: "\(verb) channel",
                    statement: Statement(
                        """
                        select own.name as channel, \(verb == "enable") as enabled, pgsync.\(verb)_channel(own.name) as done
                        from pgsync.channels as own
                        where own.name = :name
                        """
                    ),
                    object: "name",
                    nothing: .notFound
                )
            )
        )
    }
}
