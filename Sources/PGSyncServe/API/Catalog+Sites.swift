// Long because each statement stands beside what it answers.

/// What a token of one site is answered with, by the views `site_…`; what has nothing here is refused.
extension Catalog {
    private static let waitingFilter = """
        (:state is null or own.state = :state)
            and (:table is null or own.source_table = pgsync.table_named(:table))
            and (
                :class is null or own.error_class = :class
                or (right(:class, 2) = '.*' and starts_with(own.error_class, left(:class, -1)))
            )
            and (:key is null or (own.record_id = :key and own.slot = pgsync.slot_of(:key)))
            and (
                :min_age is null
                or own.captured_at < clock_timestamp() - make_interval(secs => :min_age::double precision)
            )
        """

    static let siteQueue = Endpoint.Work.pages(
        Statement(
            """
            select
                own.log_id as k1, own.log_id::text as change, pgsync.qualified_name(own.source_table) as table,
                own.record_id as record, own.action, own.state, own.captured_at, own.attempts, own.retry_count,
                own.max_retries,
                case when own.state <> 'dead' then nullif(own.scheduled_at, 'infinity') end as scheduled_at,
                own.last_sync_attempt as last_attempt_at, own.error_class, own.error_message, own.error_column,
                own.correlation_id, own.origin, own.is_encrypted as encrypted
            from pgsync.site_waiting as own
            where \(waitingFilter)
            """
        ),
        keys: ["bigint"],
        isAscending: false
    )

    static let siteCounts = Endpoint.Work.row(
        """
        select
            count(*) filter (where own.state = 'ready') as ready,
            count(*) filter (where own.state = 'scheduled') as scheduled,
            count(*) filter (where own.state = 'paused') as paused,
            count(*) filter (where own.state = 'working') as working,
            count(*) filter (where own.state = 'dead') as dead,
            count(*) > 10000 as capped
        from (
            select waiting.state
            from pgsync.site_waiting as waiting
            where :table is null or waiting.source_table = pgsync.table_named(:table)
            limit 10001
        ) as own
        """
    )

    static let siteClasses = Endpoint.Work.rows(
        """
        select
            own.error_class, own.failing, own.dead, own.last_at, own.last_change::text,
            pgsync.failure_text(last.error_column, last.error_message) as message,
            array[pgsync.qualified_name(last.source_table)] as tables, own.capped,
            (select known.meaning from pgsync.error_classes() as known where known.class = own.error_class) as meaning
        from (
            select
                listed.error_class, count(*) filter (where listed.state <> 'dead') as failing,
                count(*) filter (where listed.state = 'dead') as dead, max(listed.last_sync_attempt) as last_at,
                (array_agg(listed.log_id order by listed.last_sync_attempt desc nulls last, listed.log_id desc))[1]
                    as last_change,
                (sum(count(*)) over ()) > 10000 as capped
            from (
                select waiting.error_class, waiting.state, waiting.last_sync_attempt, waiting.log_id
                from pgsync.site_waiting as waiting
                where waiting.error_class is not null
                limit 10001
            ) as listed
            group by listed.error_class
        ) as own
        inner join pgsync.site_waiting as last on own.last_change = last.log_id
        order by own.dead + own.failing desc, own.error_class
        """
    )

    static let siteFind = Endpoint.Work.rows(
        """
        select found.kind, found.label, found.path
        from (
            select 1 as place, 'change' as kind, 'Change ' || own.id || ' of ' || own.record_id as label,
                'changes/' || own.id as path
            from pgsync.site_changes as own
            where own.id = case when :q ~ '^[0-9]{1,18}$' then :q::bigint end
            union all
            select 2, 'entry', 'Entry ' || own.id || ' of ' || own.entry_date, 'ledger/entries/' || own.id
            from pgsync.site_entries as own
            where own.id = case when :q ~ '^[0-9]{1,18}$' then :q::bigint end
            union all
            select 3, 'record', own.record_id || ' in ' || pgsync.qualified_name(own.source_table),
                'records/' || pgsync.qualified_name(own.source_table) || '/' || own.record_id
            from pgsync.site_records as own
            where own.record_id = pgsync.short_id(:q) collate "C"
        ) as found
        order by found.place, found.label
        limit 12
        """
    )

    static let siteChange = Endpoint.Work.row(
        """
        select
            own.id::text as change, pgsync.qualified_name(own.source_table) as table, own.record_id as record,
            own.action, own.captured_at, own.captured_xid::text as transaction, own.origin, own.correlation_id,
            own.is_backfilled as backfilled,
            coalesce(waiting.state, attempts.last_outcome, 'unknown') as state,
            case
                when waiting.log_id is not null
                    then json_build_object(
                        'state', waiting.state, 'retry_count', waiting.retry_count,
                        'max_retries', waiting.max_retries,
                        'scheduled_at', nullif(waiting.scheduled_at, 'infinity'),
                        'error_class', waiting.error_class, 'error_message', waiting.error_message
                    )
            end as queued,
            coalesce(attempts.list, '[]') as attempts, coalesce(attempts.entries, '{}') as entries,
            own.is_encrypted as encrypted
        from pgsync.site_changes as own
        left join pgsync.site_waiting as waiting on own.id = waiting.log_id
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
                    from pgsync.site_attempts as posted
                    cross join lateral unnest(posted.entry_ids) as listed (id)
                    where posted.log_id = own.id
                ) as entries
            from pgsync.site_attempts as audit
            where audit.log_id = own.id
        ) as attempts on true
        where own.id = :id::bigint
        """
    )

    /// Followed back as `pgsync.trace` does, as far as the record was of the site.
    static let siteRecord = Endpoint.Work.row(
        """
        with recursive master as materialized (
            select own.*
            from pgsync.site_records as own
            where own.source_table = pgsync.table_named(:table)
                and own.record_id = pgsync.short_id(:key) collate "C"
        ),

        queued as materialized (
            select own.*
            from pgsync.site_waiting as own
            where own.source_table = pgsync.table_named(:table)
                and own.record_id = :key
                and own.slot = pgsync.slot_of(:key)
        ),

        tried (log_id) as (
            select master.last_audited from master
            union
            select queued.log_id from queued
            union
            select audit.previous_change
            from tried
            inner join pgsync.site_attempts as audit on audit.log_id = tried.log_id
            where audit.previous_change is not null
                and audit.source_table = pgsync.table_named(:table)
                and audit.record_id = :key collate "C"
        ),

        attempt as materialized (
            select audit.*
            from tried
            inner join pgsync.site_attempts as audit on audit.log_id = tried.log_id
            where audit.source_table = pgsync.table_named(:table) and audit.record_id = :key collate "C"
        ),

        told as (
            select
                own.captured_at as at, 1 as rank, 'change' as event, own.id as change, null::bigint as entry,
                concat_ws(
                    ', ', own.action || case when own.is_backfilled then ' (read by a backfill)' else '' end,
                    'transaction ' || own.captured_xid, 'from ' || own.origin, 'correlation ' || own.correlation_id
                ) as summary,
                jsonb_build_object('action', own.action, 'transaction', own.captured_xid::text) as details
            from tried
            inner join pgsync.site_changes as own on own.id = tried.log_id
            union all
            select
                attempt.recorded_at, 2, 'attempt', attempt.log_id, null,
                concat_ws(
                    ', ',
                    attempt.outcome || coalesce(' by ' || attempt.superseded_by, '')
                    || coalesce(' (' || attempt.error_class || ')', '')
                    || coalesce(': ' || pgsync.failure_text(attempt.error_column, attempt.error_message), ''),
                    'attempt ' || attempt.attempt, 'by ' || attempt.worker
                ),
                jsonb_build_object(
                    'attempt', attempt.attempt, 'outcome', attempt.outcome, 'worker', attempt.worker,
                    'error_class', attempt.error_class, 'error_message', attempt.error_message,
                    'error_column', attempt.error_column, 'superseded_by', attempt.superseded_by,
                    'entries', to_jsonb(attempt.entry_ids)
                )
            from attempt
            union all
            select
                coalesce(
                    (select min(attempt.recorded_at) from attempt where journal.id = any(attempt.entry_ids)),
                    journal.posted_at
                ),
                3, 'entry', journal.change_id, journal.id,
                concat_ws(
                    ', ', journal.purpose || coalesce(' of ' || journal.reverses, ''),
                    'dated ' || journal.entry_date || coalesce(' instead of ' || journal.swept_from, ''),
                    journal.currency || ' ' || journal.total, journal.description,
                    'reversed by ' || journal.reversed_by
                ),
                jsonb_build_object(
                    'purpose', journal.purpose, 'date', journal.entry_date, 'rule', journal.rule,
                    'currency', journal.currency, 'total', journal.total::text, 'reverses', journal.reverses,
                    'reversed_by', journal.reversed_by, 'lines', journal.lines
                )
            from (select distinct unnest(attempt.entry_ids) as id from attempt) as posted
            inner join pgsync.site_entries as journal on journal.id = posted.id
            union all
            select
                null, 4, 'standing', null, null,
                case
                    when master.entry_ids = '{}' then 'no current entry'
                    else 'current: ' || array_to_string(master.entry_ids, ', ')
                end,
                jsonb_build_object('entries', master.entry_ids, 'updated_at', pgsync.utc_text(master.updated_at))
            from master
            union all
            select
                null, 5, 'waiting', queued.log_id, null,
                concat_ws(
                    ': ',
                    case queued.state
                        when 'dead' then 'dead letter, needs retry or resolve'
                        when 'scheduled' then 'waits until ' || queued.scheduled_at
                        when 'paused' then 'waits until its table is resumed'
                        when 'working' then 'is being posted'
                        else 'ready to post'
                    end,
                    queued.error_class,
                    nullif(pgsync.failure_text(queued.error_column, queued.error_message), '')
                ),
                jsonb_build_object(
                    'state', queued.state, 'attempts', queued.attempts, 'retry_count', queued.retry_count,
                    'max_retries', queued.max_retries, 'error_class', queued.error_class,
                    'error_message', queued.error_message, 'error_column', queued.error_column
                )
            from queued
        )

        select
            pgsync.qualified_name(pgsync.table_named(:table)) as table, :key as record,
            coalesce((select master.entry_ids::text[] from master), '{}') as standing,
            (select count(*) from queued) as waiting, life.list as events
        from (
            select
                count(*) as number,
                json_agg(
                    json_build_object(
                        'at', told.at, 'event', told.event, 'change', told.change::text, 'entry', told.entry::text,
                        'summary', told.summary, 'details', told.details
                    )
                    order by told.rank > 3, told.at, told.rank, told.change,
                        told.details ->> 'reverses' is null, told.entry
                ) as list
            from told
        ) as life
        where life.number > 0
        """
    )

    /// The newest that were posted first, because nothing else is indexed by site.
    static let siteEntries = Endpoint.Work.pages(
        Statement(
            """
            select own.id as k1, \(entryFieldColumns)
            from pgsync.site_entries as own
            where (:from::date is null or own.entry_date >= :from::date)
                and (:to::date is null or own.entry_date <= :to::date)
                and (:account is null or own.lines @> jsonb_build_array(jsonb_build_object('account', :account)))
                and (:table is null or own.source_table = pgsync.table_named(:table))
                and (:record is null or own.record_id = :record)
                and (:rule is null or own.rule = :rule or split_part(own.rule, '@', 1) = :rule)
                and (:purpose is null or own.purpose::text = :purpose)
                and (:text is null or position(lower(:text) in lower(own.description)) > 0)
                and (:min is null or own.total >= :min::numeric)
                and (:max is null or own.total <= :max::numeric)
            """
        ),
        keys: ["bigint"],
        isAscending: false
    )

    static let siteEntry = Endpoint.Work.row(
        Statement(
            """
            select \(entryFieldColumns), own.idempotency_key, null::text as chain_block
            from pgsync.site_entries as own
            where own.id = :id::bigint
            """
        )
    )

    static let siteRetry = Statement(
        """
        select pgsync.retry_site_changes(
            case
                when :changes is not null
                    then array(select jsonb_array_elements_text(:changes::jsonb)::bigint)
            end,
            :class,
            chosen.source_table,
            coalesce(:only_dead::boolean, false)
        ) as retried
        from (select case when :table is not null then pgsync.table_named(:table) end as source_table) as chosen
        where (:changes is not null or :class is not null or :table is not null)
            and (:table is null or chosen.source_table is not null)
        """
    )

    static let siteResolve = Statement(
        """
        select pgsync.skip_site_changes(
            array(select jsonb_array_elements_text(:changes::jsonb)::bigint), :reason
        ) as skipped
        """
    )
}
