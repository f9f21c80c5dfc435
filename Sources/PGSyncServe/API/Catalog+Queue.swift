// Long because each statement stands beside what it answers.
extension Catalog {
    private static let waitingFields: [Field] = [
        .id("change"), .text("table"), .text("record"), .text("action"), .text("state"), .time("captured_at"),
        .count("attempts"), .count("retry_count"), .count("max_retries"), Field.time("scheduled_at").orNull,
        Field.time("last_attempt_at").orNull, Field.text("error_class").orNull,
        Field.text("error_message").orNull,
        Field.text("error_column").orNull, Field.text("correlation_id").orNull, Field.text("origin").orNull,
        .boolean("encrypted"),
    ]

    private static let waitingColumns = """
        select
            own.log_id as k1, own.log_id::text as change, source.table_name as table, own.record_id as record, own.action,
            own.state, own.captured_at, own.attempts, own.retry_count, own.max_retries,
            case when own.state <> 'dead' then nullif(own.scheduled_at, 'infinity') end as scheduled_at,
            own.last_sync_attempt as last_attempt_at, own.error_class, own.error_message, own.error_column,
            own.correlation_id, own.origin, own.image_key is not null as encrypted
        """

    private static let waitingSQL =
        waitingColumns + """

            from (select) as always
            left join pgsync.sources as chosen on chosen.table_name = :table
            cross join lateral pgsync.queue_page(
                :state, chosen.source_table, :class, :key,
                clock_timestamp() - make_interval(secs => :min_age::double precision),
                :place::bigint, :is_backward::boolean, :page_size::integer
            ) as listed (log_id)
            inner join pgsync.waiting_changes as own on listed.log_id = own.log_id
            inner join pgsync.sources as source on own.source_table = source.source_table
            where :table is null or chosen.source_table is not null
            """

    private static let searchSQL =
        waitingColumns + """

            from pgsync.waiting_changes as own
            inner join pgsync.sources as source on own.source_table = source.source_table
            where source.table_name = :table
                and (:state is null or own.state = :state)
                and (
                    :class is null or own.error_class = :class
                    or (right(:class, 2) = '.*' and starts_with(own.error_class, left(:class, -1)))
                )
                and (:key is null or own.record_id = :key)
                and (
                    :min_age is null
                    or own.captured_at < clock_timestamp() - make_interval(secs => :min_age::double precision)
                )
                and position(lower(:contains) in lower(own.data ->> :column)) > 0
            order by own.log_id desc
            limit 200
            """

    private static let states = ["ready", "scheduled", "paused", "working", "dead"]

    private static let waitingFilters: [Field] = [
        Field.choice("state", states).orNull, tableFilter, Field.text("class").orNull,
        Field.text("key").orNull,
        Field.number("min_age").orNull,
    ]

    static let queue: [Endpoint] = [
        Endpoint(
            .get,
            "/queue",
            .read,
            "What waits and what is dead, newest first, without images.",
            parameters: waitingFilters,
            answer: waitingFields,
            .pages(Statement(waitingSQL), keys: ["bigint"], isAscending: false),
            site: siteQueue
        ),
        Endpoint(
            .post,
            "/queue/search",
            .images,
            "The newest 200 of one table whose captured column contains a text; each search is recorded, without the text.",
            body: waitingFilters.filter { $0.name != "table" } + [
                .text("table"), .text("column"), .text("contains"),
            ],
            answer: waitingFields,
            .act(
                Act(
                    name: "search images",
                    statement: Statement(searchSQL),
                    object: "table",
                    keepsAnswer: false,
                    isList: true
                )
            )
        ),
        Endpoint(
            .get,
            "/queue/counts",
            .read,
            "How many wait, by state: up to 10,000 dead ones, and as many others.",
            parameters: [tableFilter],
            answer: [
                .count("ready"), .count("scheduled"), .count("paused"), .count("working"), .count("dead"),
                .boolean("capped"),
            ],
            .row(
                """
                select
                    coalesce(own.ready, 0) as ready, coalesce(own.scheduled, 0) as scheduled,
                    coalesce(own.paused, 0) as paused, coalesce(own.working, 0) as working,
                    coalesce(own.dead, 0) as dead, coalesce(own.is_capped, false) as capped
                from (select) as always
                left join pgsync.sources as chosen on chosen.table_name = :table
                left join lateral pgsync.queue_counts(chosen.source_table) as own
                    on :table is null or chosen.source_table is not null
                """
            ),
            site: siteCounts
        ),
        Endpoint(
            .get,
            "/queue/classes",
            .read,
            "Waiting changes that failed, by class, the most frequent first.",
            answer: [
                .text("error_class"), .count("failing"), .count("dead"), Field.time("last_at").orNull,
                .id("last_change"),
                Field.text("message").orNull, .texts("tables"), .boolean("capped"),
                Field.text("meaning").orNull,
            ],
            .rows(
                """
                select
                    own.error_class, own.failing, own.dead, own.last_at, own.last_change::text,
                    own.last_message as message,
                    array(
                        select source.table_name
                        from pgsync.sync_logs as log
                        inner join pgsync.sources as source on log.source_table = source.source_table
                        where log.id = own.last_change
                    ) as tables,
                    own.is_capped as capped,
                    (select known.meaning from pgsync.error_classes() as known where known.class = own.error_class) as meaning
                from pgsync.failures(10000) as own
                order by own.dead + own.failing desc, own.error_class
                """
            ),
            site: siteClasses
        ),
        Endpoint(
            .post,
            "/changes/retry",
            .operate,
            "Tries failed changes again at once: these, or those of a class (data.* too) or of a table.",
            body: [
                Field.ids("changes").orNull, Field.text("class").orNull, tableFilter,
                Field.boolean("only_dead").orNull,
                Field.text("reason").orNull,
            ],
            answer: [.count("retried")],
            .act(
                Act(
                    name: "retry",
                    statement: """
                        select pgsync.retry_changes(
                            case
                                when :changes is not null
                                    then array(select jsonb_array_elements_text(:changes::jsonb)::bigint)
                            end,
                            :class,
                            chosen.source_table,
                            coalesce(:only_dead::boolean, false)
                        ) as retried
                        from (select) as always
                        left join pgsync.sources as chosen on chosen.source_table = pgsync.table_named(:table)
                        where (:changes is not null or :class is not null or :table is not null)
                            -- A table that is not there must not become all tables.
                            and (:table is null or chosen.source_table is not null)
                            and (:changes is not null or (
                                select count(*) <= 1000
                                from (
                                    select
                                    from pgsync.failed_kinds() as kind
                                    cross join lateral (
                                        select
                                        from pgsync.sync_queue as queue
                                        where queue.source_table = kind.source_table
                                            and queue.error_class = kind.error_class
                                            and queue.sync_status = kind.sync_status
                                        limit 1001
                                    ) as failed
                                    where (:table is null or kind.source_table = chosen.source_table)
                                        and (not coalesce(:only_dead::boolean, false) or kind.sync_status = 'failed')
                                        and (
                                            :class is null
                                            or kind.error_class like replace(replace(:class, '_', '\\_'), '*', '%')
                                        )
                                    union all
                                    select
                                    from pgsync.sync_queue as queue
                                    inner join pgsync.sync_logs as log on queue.log_id = log.id
                                    where (queue.sync_status = 'failed' or queue.error_class is not null)
                                        and (queue.source_table is null or queue.error_class is null)
                                        and (:table is null or log.source_table = chosen.source_table)
                                        and (not coalesce(:only_dead::boolean, false) or queue.sync_status = 'failed')
                                        and (
                                            :class is null
                                            or queue.error_class like replace(replace(:class, '_', '\\_'), '*', '%')
                                        )
                                    limit 1001
                                ) as failed
                            ))
                        """,
                    object: "changes",
                    nothing: .unprocessable,
                    whenNothing:
                        "give changes, a class, or a table that is attached; for more than a thousand, POST /queue/jobs"
                )
            ),
            site: siteRetry
        ),
        Endpoint(
            .post,
            "/changes/resolve",
            .operate,
            "Ends waiting or failed changes without posting them, for a reason.",
            body: [.ids("changes"), .text("reason")],
            answer: [.count("skipped")],
            .act(
                Act(
                    name: "resolve",
                    statement: """
                        select pgsync.skip_changes(
                            array(select jsonb_array_elements_text(:changes::jsonb)::bigint), :reason
                        ) as skipped
                        """,
                    object: "changes"
                )
            ),
            site: siteResolve
        ),
        Endpoint(
            .get,
            "/find",
            .read,
            "Where something is that a person looks for: a bill's key, the number of a change or an entry, an account.",
            parameters: [.text("q")],
            answer: [
                .choice("kind", ["change", "entry", "record", "account", "table"]), .text("label"),
                .text("path"),
            ],
            .rows(
                """
                select found.kind, found.label, found.path
                from (
                    select 1 as place, 'change' as kind, 'Change ' || own.id || ' of ' || own.record_id as label,
                        'changes/' || own.id as path
                    from pgsync.sync_logs as own
                    where :q ~ '^[0-9]{1,18}$' and own.id = case when :q ~ '^[0-9]{1,18}$' then :q::bigint end
                    union all
                    select 2, 'entry', 'Entry ' || own.id || ' of ' || own.entry_date, 'ledger/entries/' || own.id
                    from ledger.journal_entries as own
                    where own.id = case when :q ~ '^[0-9]{1,18}$' then :q::bigint end
                    union all
                    select 3, 'record', own.record_id || ' in ' || source.table_name,
                        'records/' || source.table_name || '/' || own.record_id
                    from pgsync.sources as source
                    inner join pgsync.sync_master_status as own
                        on source.source_table = own.source_table and own.record_id = pgsync.short_id(:q) collate "C"
                    union all
                    select 4, 'account', own.code || ' ' || own.name, 'ledger/accounts/' || own.code
                    from ledger.accounts as own
                    where own.code = :q or position(lower(:q) in lower(own.name)) > 0
                    union all
                    select 5, 'table', own.table_name, 'sources'
                    from pgsync.sources as own
                    where position(lower(:q) in lower(own.table_name)) > 0
                ) as found
                order by found.place, found.label
                limit 12
                """
            ),
            site: siteFind
        ),
    ]

    private static let attemptFields: [Field] = [
        .count("attempt"), .text("outcome"), .time("recorded_at"), Field.text("worker").orNull,
        Field.text("error_class").orNull, Field.text("error_message").orNull,
        Field.text("error_column").orNull,
        Field.number("duration_seconds").orNull, .ids("entries"), Field.id("superseded_by").orNull,
        .text("user"),
    ]

    static let records: [Endpoint] = [
        Endpoint(
            .get,
            "/changes/{id}",
            .read,
            "One change, its attempts, and the entries it led to.",
            answer: [
                .id("change"), .text("table"), .text("record"), .text("action"), .time("captured_at"),
                .text("transaction"),
                Field.text("origin").orNull, Field.text("correlation_id").orNull, .boolean("backfilled"),
                .text("state"),
                Field.object(
                    "queued",
                    [
                        .text("state"), .count("retry_count"), .count("max_retries"),
                        Field.time("scheduled_at").orNull,
                        Field.text("error_class").orNull, Field.text("error_message").orNull,
                    ]
                ).orNull,
                .list("attempts", attemptFields), .ids("entries"), .boolean("encrypted"),
            ],
            .row(
                """
                select
                    own.id::text as change, pgsync.qualified_name(own.source_table) as table, own.record_id as record,
                    own.action, own.captured_at, own.captured_xid::text as transaction, own.origin, own.correlation_id,
                    own.snapshot is not null as backfilled,
                    coalesce(
                        waiting.state, attempts.last_outcome, case when not made.posts then 'unposted' end, 'unknown'
                    ) as state,
                    case
                        when waiting.log_id is not null
                            then json_build_object(
                                'state', waiting.state, 'retry_count', waiting.retry_count,
                                'max_retries', waiting.max_retries,
                                'scheduled_at', nullif(waiting.scheduled_at, 'infinity'),
                                'error_class', waiting.error_class, 'error_message', waiting.error_message
                            )
                    end as queued,
                    coalesce(attempts.list, '[]') as attempts,
                    coalesce(attempts.entries, '{}') as entries,
                    own.image_key is not null as encrypted
                from pgsync.sync_logs as own
                left join pgsync.source_versions as made
                    on own.source_table = made.source_table and own.source_version = made.version
                left join pgsync.waiting_changes as waiting on own.id = waiting.log_id
                left join lateral (
                    select
                        json_agg(
                            json_build_object(
                                'attempt', audit.attempt, 'outcome', audit.outcome, 'recorded_at', audit.recorded_at,
                                'worker', audit.worker, 'error_class', audit.error_class,
                                'error_message', audit.error_message, 'error_column', audit.error_column,
                                'duration_seconds', round(extract(epoch from audit.duration)::numeric, 6),
                                'entries', coalesce(audit.entry_ids::text[], '{}'),
                                'superseded_by', audit.superseded_by::text, 'user', audit.recorded_by
                            )
                            order by audit.attempt
                        ) as list,
                        (array_agg(audit.outcome::text order by audit.attempt desc))[1] as last_outcome,
                        (
                            select array_agg(distinct listed.id::text)
                            from pgsync.sync_audit_log as posted
                            cross join lateral unnest(posted.entry_ids) as listed (id)
                            where posted.log_id = own.id
                        ) as entries
                    from pgsync.sync_audit_log as audit
                    where audit.log_id = own.id
                ) as attempts on true
                where own.id = :id::bigint
                """,
                near: """
                    (select own.id::text from pgsync.sync_logs as own where own.id < :id::bigint order by own.id desc limit 2)
                    union all
                    (select own.id::text from pgsync.sync_logs as own where own.id > :id::bigint order by own.id limit 2)
                    """
            ),
            site: siteChange
        ),
        Endpoint(
            .get,
            "/changes/{id}/image",
            .images,
            "The captured columns after and before a change; each look is recorded.",
            answer: [.id("change"), Field.any("data").orNull, Field.any("old_data").orNull],
            .act(
                Act(
                    name: "look at image",
                    statement: """
                        select own.id::text as change, own.data, own.old_data
                        from pgsync.sync_logs as own
                        where own.id = :id::bigint and own.image_key is null
                        """,
                    object: "id",
                    keepsAnswer: false,
                    nothing: .gone,
                    whenNothing:
                        "its range was dropped, or it is encrypted: pgsync queue show --image-key-file"
                )
            )
        ),
        Endpoint(
            .get,
            "/records/{table}/{key}",
            .read,
            "The life of a record, oldest first: its changes, attempts and entries, what stands, and what waits.",
            answer: [
                .text("table"), .text("record"), .ids("standing"), .count("waiting"),
                .list(
                    "events",
                    [
                        Field.time("at").orNull, .text("event"), Field.id("change").orNull,
                        Field.id("entry").orNull,
                        .text("summary"), Field.any("details").orNull,
                    ]
                ),
            ],
            .row(
                """
                select
                    source.table_name as table, :key as record,
                    coalesce(
                        (
                            select own.entry_ids
                            from pgsync.sync_master_status as own
                            where own.source_table = source.source_table
                                and own.record_id = pgsync.short_id(:key) collate "C"
                        )::text[],
                        '{}'
                    ) as standing,
                    events.waiting, events.list as events
                from pgsync.sources as source
                cross join lateral (
                    select
                        count(*) filter (where told.event = 'waiting') as waiting,
                        count(*) as count,
                        json_agg(
                            json_build_object(
                                'at', told.happened_at, 'event', told.event, 'change', told.change::text,
                                'entry', told.entry::text, 'summary', told.what, 'details', told.details
                            )
                            order by told.place
                        ) as list
                    from pgsync.trace_events(source.source_table, :key)
                        with ordinality as told (happened_at, event, change, entry, what, details, place)
                ) as events
                where source.source_table = pgsync.table_named(:table) and events.count > 0
                """,
                near: """
                    select near.record_id
                    from pgsync.sources as source
                    cross join lateral (
                        (
                            select own.record_id
                            from pgsync.sync_master_status as own
                            where own.source_table = source.source_table
                                and own.record_id < pgsync.short_id(:key) collate "C"
                            order by own.record_id desc
                            limit 3
                        )
                        union all
                        (
                            select own.record_id
                            from pgsync.sync_master_status as own
                            where own.source_table = source.source_table
                                and own.record_id > pgsync.short_id(:key) collate "C"
                            order by own.record_id
                            limit 3
                        )
                    ) as near
                    where source.source_table = pgsync.table_named(:table)
                    """
            ),
            site: siteRecord
        ),
        Endpoint(
            .post,
            "/records/{table}/{key}/post",
            .operate,
            "Posts what waits of a record now.",
            answer: [Field.id("entry").orNull],
            .act(
                Act(
                    name: "post now",
                    statement: """
                        select pgsync.post_now(own.source_table, :key)::text as entry
                        from pgsync.sources as own
                        where own.source_table = pgsync.table_named(:table)
                        """,
                    object: "key",
                    nothing: .notFound
                )
            )
        ),
    ]
}
