-- Only the status of a record is indexed by record: from there it follows the audit log back, attempt by
-- attempt, which never takes the same turn twice, and the entries forward to their reversals. A record of a
-- table that was emptied has that TRUNCATE in its life, and of its entries only its own.
create or replace function pgsync.trace(source regclass, record_id text, images boolean default false)
returns table (
    happened_at timestamptz,
    event text,
    change bigint,
    entry bigint,
    what text,
    details jsonb
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
with recursive master as materialized (
    select own.*
    from pgsync.sync_master_status as own
    where own.source_table = trace.source and own.record_id = pgsync.short_id(trace.record_id) collate "C"
),

queued as materialized (
    select queue.*
    from pgsync.sync_queue as queue
    inner join pgsync.sync_logs as log on log.id = queue.log_id
    where queue.slot = pgsync.slot_of(trace.record_id)
        and log.source_table = trace.source
        and log.record_id = trace.record_id
),

tried (log_id) as (
    select master.last_audited from master
    union
    select queued.log_id from queued
    union
    select own.truncated_through
    from pgsync.sources as own
    where own.source_table = trace.source and own.truncated_through > 0 and trace.record_id = ''
    union
    select audit.previous_change
    from tried
    inner join pgsync.sync_audit_log as audit on audit.log_id = tried.log_id
    where audit.previous_change is not null
        and audit.source_table = trace.source
        and audit.record_id = trace.record_id collate "C"
),

own_attempt as materialized (
    select audit.*
    from tried
    inner join pgsync.sync_audit_log as audit on audit.log_id = tried.log_id
    where audit.source_table = trace.source and audit.record_id = trace.record_id collate "C"
),

posted (id) as (
    select listed.id
    from (
        select unnest(own_attempt.entry_ids) as id from own_attempt
        where trace.record_id <> ''
        union all
        select unnest(master.entry_ids) from master
    ) as listed
    union
    select later.id
    from posted
    inner join ledger.journal_entries as later on later.reverses = posted.id
),

journal as materialized (
    select detail.*
    from posted
    inner join ledger.entry_details as detail on detail.id = posted.id
),

-- Emptying the table is recorded once for all of its records.
emptied (log_id) as (
    select distinct named.log_id
    from (
        select journal.change_id as log_id from journal
        union all
        select nullif(master.last_change, 0) from master
    ) as named
    where named.log_id is not null and not exists (select from tried where tried.log_id = named.log_id)
),

-- Changes whose images went with their range.
gone as materialized (
    select named.log_id, made.range_name, made.dropped_at
    from (
        select tried.log_id from tried
        union
        select emptied.log_id from emptied
    ) as named
    inner join pgsync.id_ranges as made
        on made.table_name = 'sync_logs'
        and made.state = 'dropped'
        and named.log_id >= made.from_id
        and named.log_id < made.until_id
),

attempt as materialized (
    select own_attempt.* from own_attempt
    union all
    select audit.*
    from emptied
    inner join pgsync.sync_audit_log as audit on audit.log_id = emptied.log_id
),

change as materialized (
    select log.*
    from (
        select tried.log_id from tried
        union
        select emptied.log_id from emptied
    ) as named
    inner join pgsync.sync_logs as log on log.id = named.log_id
),

told as (
    select
        change.captured_at as happened_at,
        1 as rank,
        'change' as event,
        change.id as change,
        null::bigint as entry,
        concat_ws(
            ', ',
            change.action || case when change.snapshot is not null then ' (read by a backfill)' else '' end,
            'transaction ' || change.captured_xid, 'from ' || change.origin, 'correlation ' || change.correlation_id
        ) as what,
        jsonb_build_object(
            'action', change.action,
            'transaction', change.captured_xid::text,
            'origin', change.origin,
            'correlation_id', change.correlation_id,
            'backfilled', change.snapshot is not null
        )
        || case
            when trace.images then (
                case
                    when change.image_key is null
                        then jsonb_build_object('data', change.data, 'old_data', change.old_data)
                    else coalesce(
                        (pgsync.decrypted_images(array[change.id]))[1]::jsonb,
                        jsonb_build_object('data', null, 'old_data', null)
                    ) || jsonb_build_object('image_key', change.image_key)
                end
            )
            else '{}'
        end as details
    from change
    union all
    select
        (select min(attempt.recorded_at) from attempt where attempt.log_id = gone.log_id),
        1,
        'change',
        gone.log_id,
        null,
        format(
            'its image was dropped with range %s on %s', gone.range_name,
            to_char(gone.dropped_at at time zone 'UTC', 'YYYY-MM-DD')
        ),
        jsonb_build_object('range', gone.range_name, 'dropped_at', pgsync.utc_text(gone.dropped_at))
    from gone
    union all
    select
        attempt.recorded_at,
        2,
        'attempt',
        attempt.log_id,
        null,
        concat_ws(
            ', ',
            attempt.outcome || coalesce(' by ' || attempt.superseded_by, '')
            || coalesce(' (' || attempt.error_class || ')', '')
            || coalesce(': ' || pgsync.failure_text(attempt.error_column, attempt.error_message), ''),
            'attempt ' || attempt.attempt,
            'by ' || attempt.worker,
            round(extract(epoch from attempt.duration) * 1000, 1) || ' ms'
        ),
        jsonb_build_object(
            'attempt', attempt.attempt,
            'outcome', attempt.outcome,
            'worker', attempt.worker,
            'user', attempt.recorded_by,
            'seconds', round(extract(epoch from attempt.duration), 6),
            'error_class', attempt.error_class,
            'error_message', attempt.error_message,
            'error_column', attempt.error_column,
            'superseded_by', attempt.superseded_by,
            'entries', (
                select jsonb_agg(listed.id order by listed.place)
                from unnest(attempt.entry_ids) with ordinality as listed (id, place)
                where attempt.record_id = trace.record_id collate "C"
                    or exists (select from posted where posted.id = listed.id)
            )
        )
    from attempt
    union all
    -- An entry has the time at which its transaction began, which can precede the change it was posted for.
    select
        coalesce(
            (select min(attempt.recorded_at) from attempt where journal.id = any(attempt.entry_ids)),
            journal.posted_at
        ),
        3,
        'entry',
        journal.change_id,
        journal.id,
        concat_ws(
            ', ',
            journal.purpose || coalesce(' of ' || journal.reverses, ''),
            'dated ' || journal.entry_date || coalesce(' instead of ' || journal.swept_from, ''),
            journal.currency || ' ' || journal.total,
            journal.description,
            'reversed by ' || journal.reversed_by
        ),
        jsonb_build_object(
            'purpose', journal.purpose,
            'date', journal.entry_date,
            'document_date', journal.document_date,
            'swept_from', journal.swept_from,
            'posted_at', pgsync.utc_text(journal.posted_at),
            'posted_by', journal.posted_by,
            'rule', journal.rule,
            'description', journal.description,
            'currency', journal.currency,
            'total', journal.total::text,
            'reverses', journal.reverses,
            'reversed_by', journal.reversed_by,
            'lines', journal.lines
        )
    from journal
    union all
    select
        null,
        4,
        'standing',
        nullif(master.last_change, 0),
        null,
        case
            when master.entry_ids = '{}' then 'no current entry'
            else format(
                'current %s: %s (by %s)',
                case cardinality(master.entry_ids) when 1 then 'entry' else 'entries' end,
                array_to_string(master.entry_ids, ', '), array_to_string(master.rules, ', ')
            )
        end,
        jsonb_build_object('entries', master.entry_ids, 'rules', master.rules, 'updated_at', pgsync.utc_text(master.updated_at))
    from master
    union all
    select
        null,
        5,
        'waiting',
        waiting.log_id,
        null,
        concat_ws(
            ': ',
            case waiting.state
                when 'dead' then 'dead letter, needs retry or resolve'
                when 'scheduled' then 'waits until ' || waiting.scheduled_at
                when 'paused' then 'waits until its table is resumed'
                when 'working' then 'is being posted'
                else 'ready to post'
            end,
            waiting.error_class,
            nullif(pgsync.failure_text(waiting.error_column, waiting.error_message), '')
        ),
        jsonb_build_object(
            'state', waiting.state,
            'attempts', waiting.attempts,
            'retry_count', waiting.retry_count,
            'max_retries', waiting.max_retries,
            'scheduled_at', pgsync.utc_text(waiting.scheduled_at),
            'error_class', waiting.error_class,
            'error_message', waiting.error_message,
            'error_column', waiting.error_column
        )
    from queued
    inner join pgsync.waiting_changes as waiting on waiting.log_id = queued.log_id
)

select
    told.happened_at,
    told.event,
    told.change,
    told.entry,
    told.what,
    told.details
from told
order by
    told.rank > 3,
    told.happened_at,
    told.rank,
    told.change,
    -- Reversed entries come before those that replaced them.
    told.details ->> 'reverses' is null,
    told.entry;
$$;

comment on function pgsync.trace(regclass, text, boolean)
is 'The whole life of a record, in order: its changes, attempts and entries, what is current, what waits.';
