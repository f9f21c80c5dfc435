create or replace function pgsync.failures(most integer default 10000)
returns table (
    error_class text,
    failing bigint,
    dead bigint,
    last_at timestamptz,
    last_change bigint,
    last_message text,
    is_capped boolean
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with seen as materialized (
    select queue.*
    from pgsync.sync_queue as queue
    where queue.error_class is not null
    limit most::bigint + 1
),

grouped as (
    select
        seen.error_class,
        count(*) as changes,
        count(*) filter (where seen.sync_status = 'failed') as dead,
        max(seen.last_sync_attempt) as last_at,
        (
            array_agg(seen.log_id order by seen.last_sync_attempt desc nulls last, seen.log_id desc)
        )[1] as last_change,
        (
            array_agg(seen.error_message order by seen.last_sync_attempt desc nulls last, seen.log_id desc)
        )[1] as last_message
    from seen
    group by seen.error_class
)

select
    grouped.error_class,
    grouped.changes - grouped.dead,
    grouped.dead,
    grouped.last_at,
    grouped.last_change,
    pgsync.failure_text(
        (
            select attempt.error_column
            from pgsync.sync_audit_log as attempt
            where attempt.log_id = grouped.last_change
            order by attempt.attempt desc
            limit 1
        ),
        grouped.last_message
    ),
    (select count(*) from seen) > most
from grouped
order by grouped.changes desc, grouped.error_class;
$$;

comment on function pgsync.failures(integer)
is 'Failures of waiting changes by class, the most frequent first; each message names its column.';
