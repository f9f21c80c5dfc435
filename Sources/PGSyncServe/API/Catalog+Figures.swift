// Long because each statement stands beside what it answers.
extension Catalog {
    static let figures: [Endpoint] = [
        Endpoint(
            .get,
            "/status",
            .read,
            "All figures of the overview.",
            answer: [.any("status")],
            .status
        ),
        Endpoint(
            .get,
            "/events",
            .read,
            "The same figures as server-sent events, as they change.",
            parameters: [Field(name: "topics", form: .list(.choice(Figures.topics)), isOptional: true)],
            answer: [],
            .events
        ),
        Endpoint(
            .get,
            "/health/samples",
            .read,
            "Figures of all workers by minute, hour or day: the newest 500, oldest first; what was not measured is left out.",
            parameters: [
                Field.choice("step", ["minute", "hour", "day"]).orNull, Field.time("from").orNull,
                Field.time("to").orNull,
            ],
            answer: [
                .time("at"), .count("samples"), Field.count("captured").orNull, .count("posted"),
                .count("no_effect"),
                .count("failed"), Field.count("waiting").orNull, Field.number("oldest_seconds").orNull,
                Field.number("p50").orNull, Field.number("p95").orNull, Field.number("p99").orNull,
            ],
            .rows(
                """
                select sample.*, delay.p50, delay.p95, delay.p99
                from (
                    select
                        own.starts_at as at, sum(own.samples) as samples, sum(own.captured) as captured,
                        sum(own.posted) as posted, sum(own.without_entry) as no_effect, sum(own.failed) as failed,
                        max(own.queue_size) as waiting, round(max(own.oldest_seconds)::numeric, 1) as oldest_seconds,
                        count(*) as parts, min(own.latency) as latency
                    from pgsync.sync_system_health as own
                    where own.span = coalesce(:step, 'hour')
                        and own.starts_at >= coalesce(:from::timestamptz, now() - interval '1 day')
                        and own.starts_at < coalesce(:to::timestamptz, 'infinity')
                        -- Only the newest are added up.
                        and own.starts_at >= (
                            select min(newest.starts_at)
                            from (
                                select distinct listed.starts_at
                                from pgsync.sync_system_health as listed
                                where listed.span = coalesce(:step, 'hour')
                                    and listed.starts_at < coalesce(:to::timestamptz, 'infinity')
                                order by listed.starts_at desc
                                limit 500
                            ) as newest
                        )
                    group by own.starts_at
                    order by own.starts_at desc
                    limit 500
                ) as sample
                -- Counts of workers are added, their percentiles cannot be.
                cross join lateral pgsync.latency_percentiles(
                    case sample.parts when 1 then sample.latency else pgsync.summed_latency(coalesce(:step, 'hour'), sample.at) end
                ) as delay
                order by sample.at
                """
            )
        ),
        Endpoint(
            .get,
            "/analytics/failures",
            .read,
            "Failed attempts by class in a span, of up to 200,000 attempts.",
            parameters: [Field.time("from").orNull, Field.time("to").orNull],
            answer: [.text("error_class"), .count("failures"), .time("last_at")],
            .rows(
                """
                select attempt.error_class, count(*) as failures, max(attempt.recorded_at) as last_at
                from (
                    select own.error_class, own.recorded_at, own.outcome
                    from pgsync.sync_audit_log as own
                    where own.recorded_at >= coalesce(:from::timestamptz, now() - interval '1 day')
                        and own.recorded_at < coalesce(:to::timestamptz, 'infinity')
                    limit 200000
                ) as attempt
                where attempt.outcome = 'failed' and attempt.error_class is not null
                group by attempt.error_class
                order by 2 desc, 1
                """
            )
        ),
        Endpoint(
            .get,
            "/analytics/sources",
            .read,
            "What became of the changes of each table in a span, of up to 200,000 attempts.",
            parameters: [Field.time("from").orNull, Field.time("to").orNull],
            answer: [
                .text("table"), .count("posted"), .count("failed"), Field.time("last_posted_at").orNull,
            ],
            .rows(
                """
                select
                    source.table_name as table,
                    count(*) filter (where attempt.outcome in ('posted', 'amended', 'reversed')) as posted,
                    count(*) filter (where attempt.outcome = 'failed') as failed,
                    max(attempt.recorded_at) filter (where attempt.outcome in ('posted', 'amended', 'reversed'))
                        as last_posted_at
                from pgsync.sources as source
                left join (
                    select own.source_table, own.outcome, own.recorded_at
                    from pgsync.sync_audit_log as own
                    where own.recorded_at >= coalesce(:from::timestamptz, now() - interval '1 day')
                        and own.recorded_at < coalesce(:to::timestamptz, 'infinity')
                    limit 200000
                ) as attempt
                    on source.source_table = attempt.source_table
                group by source.table_name
                order by source.table_name
                """
            )
        ),
    ]

    static let sources: [Endpoint] = [
        Endpoint(
            .get,
            "/sources",
            .read,
            "The tables that are or were attached: how they are captured, what waits, and what is wrong.",
            answer: sourceFields,
            .rows(Statement(sourceSQL + " order by source.table_name"))
        ),
        Endpoint(
            .get,
            "/sources/{table}",
            .read,
            "One attached table.",
            answer: sourceFields,
            .row(Statement(sourceSQL + " where source.source_table = pgsync.table_named(:table)"))
        ),
        Endpoint(
            .post,
            "/sources/{table}/pause",
            .operate,
            "Makes the changes of a table wait; capture goes on.",
            body: [Field.text("reason").orNull],
            answer: [.text("table"), Field.time("paused_at").orNull],
            .act(
                Act(
                    name: "pause",
                    statement: Statement(Self.pausing("pause", isPaused: false)),
                    object: "table"
                )
            )
        ),
        Endpoint(
            .post,
            "/sources/{table}/resume",
            .operate,
            "Ends the pause of a table.",
            body: [Field.text("reason").orNull],
            answer: [.text("table"), Field.time("paused_at").orNull],
            .act(
                Act(
                    name: "resume",
                    statement: Statement(Self.pausing("resume", isPaused: true)),
                    object: "table"
                )
            )
        ),
        Endpoint(
            .post,
            "/posting/pause",
            .operate,
            "Makes all changes wait; capture goes on.",
            body: [Field.text("reason").orNull],
            answer: [.boolean("paused")],
            .act(
                Act(
                    name: "pause",
                    statement: """
                        select true as paused
                        from (
                            select pgsync.pause(null::regclass) as done
                            where not pgsync.configuration_boolean('posting_paused')
                        ) as called
                        """
                )
            )
        ),
        Endpoint(
            .post,
            "/posting/resume",
            .operate,
            "Ends the pause of everything.",
            body: [Field.text("reason").orNull],
            answer: [.boolean("paused")],
            .act(
                Act(
                    name: "resume",
                    statement: """
                        select false as paused
                        from (
                            select pgsync.resume(null::regclass) as done
                            where pgsync.configuration_boolean('posting_paused')
                        ) as called
                        """
                )
            )
        ),
        Endpoint(
            .post,
            "/sources/{table}/backfill",
            .operate,
            "Starts adding the rows of a table to the log, or continues; pgsync backfill runs it.",
            answer: [.id("backfill"), .text("table")],
            .act(
                Act(
                    name: "backfill",
                    statement: """
                        select pgsync.start_backfill(own.source_table)::text as backfill, own.table_name as table
                        from pgsync.sources as own
                        where own.source_table = pgsync.table_named(:table)
                        """,
                    object: "table",
                    nothing: .notFound
                )
            )
        ),
    ]

    private static func pausing(_ function: String, isPaused: Bool) -> String {
        """
        select called.table, case when '\(function)' = 'pause' then clock_timestamp() end as paused_at
        from (
            select own.table_name as table, pgsync.\(function)(own.source_table) as done
            from pgsync.sources as own
            where own.source_table = pgsync.table_named(:table) and (own.paused_at is not null) = \(isPaused)
        ) as called
        """
    }

    private static let sourceFields: [Field] = [
        .text("table"), .boolean("attached"), .text("kind"), .time("attached_at"), .text("attached_by"),
        Field.time("paused_at").orNull, Field.text("paused_by").orNull, .texts("columns"), .texts("left_out"),
        .texts("key"), .texts("actions"), .boolean("before_image"), Field.text("site_column").orNull,
        Field.text("image_key").orNull, .boolean("posts"), .count("waiting"), .count("failing"),
        .count("dead"),
        Field.number("oldest_seconds").orNull, .boolean("capped"), .texts("rules"),
        Field.count("captured_last_hour").orNull, Field.text("last_error_class").orNull,
        Field.time("last_error_at").orNull,
        Field.object("growth", [.time("from_at"), .count("written"), .count("captured"), .number("missed")])
            .orNull,
        Field.object(
            "backfill",
            [.id("backfill"), .text("state"), .count("done"), Field.count("expected").orNull]
        ).orNull,
        .list(
            "findings",
            [.text("finding"), .text("severity"), .text("found"), Field.text("remedy").orNull]
        ),
    ]

    private static let sourceSQL = """
        select
            source.table_name as table, source.attached, source.trigger_kind as kind, source.attached_at,
            source.attached_by, source.paused_at, source.paused_by, whole.columns, whole.left_out,
            source.key_columns as key, source.actions, source.before_image, source.site_column, source.image_key, source.posts,
            coalesce(backlog.waiting, 0) as waiting, coalesce(backlog.failing, 0) as failing,
            coalesce(backlog.dead, 0) as dead,
            round(extract(epoch from greatest(clock_timestamp() - backlog.oldest_at, interval '0'))::numeric, 1) as oldest_seconds,
            coalesce(backlog.is_capped, false) as capped, coalesce(backlog.rules, '{}') as rules,
            recent.changes as captured_last_hour, failure.error_class as last_error_class,
            failure.last_sync_attempt as last_error_at, null::json as growth,
            (
                select json_build_object(
                    'backfill', own.id::text, 'state', own.state, 'done', own.done, 'expected', own.expected
                )
                from pgsync.sync_progress as own
                where own.kind = 'backfill' and own.subject = source.table_name and own.state in ('running', 'interrupted')
                order by own.id desc
                limit 1
            ) as backfill,
            coalesce(inspected.findings, '[]') as findings
        from pgsync.sources as source
        left join (
            select
                own.source_table,
                json_agg(
                    json_build_object(
                        'finding', own.finding, 'severity', own.severity, 'found', own.found, 'remedy', own.remedy
                    )
                ) as findings
            from pgsync.capture_findings() as own
            group by own.source_table
        ) as inspected
            on source.source_table = inspected.source_table
        left join pgsync.backlog(2000) as backlog on source.source_table = backlog.source
        left join pgsync.recent_captures() as recent on source.source_table = recent.source_table
        left join lateral (
            select
                array_agg(part.attname::text order by part.attnum)
                    filter (where source.captured_columns is null or part.attname = any(source.captured_columns)) as columns,
                coalesce(
                    array_agg(part.attname::text order by part.attnum)
                        filter (where part.attname <> all(source.captured_columns)),
                    '{}'
                ) as left_out
            from pg_catalog.pg_attribute as part
            where part.attrelid = source.source_table and part.attnum > 0 and not part.attisdropped
        ) as whole on true
        left join lateral (
            select own.error_class, own.last_sync_attempt
            from pgsync.sync_queue as own
            inner join pgsync.sync_logs as log on own.log_id = log.id
            where own.error_class is not null and log.source_table = source.source_table
            order by own.last_sync_attempt desc
            limit 1
        ) as failure on true
        """
}
