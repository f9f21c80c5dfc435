-- Counts by kind, so that a class with few is not lost among others with many. The last failure of a class is
-- looked for among the newest changes of each kind.
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
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
with kind as materialized (
    select
        own.source_table,
        own.error_class,
        own.sync_status,
        (
            select count(*)
            from (
                select
                from pgsync.sync_queue as queue
                where queue.source_table = own.source_table
                    and queue.error_class = own.error_class
                    and queue.sync_status = own.sync_status
                limit most::bigint + 1
            ) as listed
        ) as changes
    from pgsync.failed_kinds() as own
),

otherwise as materialized (
    select queue.*
    from pgsync.sync_queue as queue
    where (queue.sync_status = 'failed' or queue.error_class is not null)
        and (queue.source_table is null or queue.error_class is null)
        and queue.error_class is not null
    limit most::bigint + 1
),

grouped as (
    select
        counted.error_class,
        sum(counted.changes)::bigint as changes,
        (sum(counted.changes) filter (where counted.sync_status = 'failed'))::bigint as dead,
        max(counted.changes) > most as is_capped
    from (
        select kind.error_class, kind.sync_status, kind.changes from kind
        union all
        select otherwise.error_class, otherwise.sync_status, count(*)
        from otherwise
        group by otherwise.error_class, otherwise.sync_status
    ) as counted
    group by counted.error_class
),

latest as (
    select distinct on (failure.error_class) failure.*
    from (
        select newest.error_class, newest.log_id, newest.last_sync_attempt, newest.error_message
        from kind
        cross join lateral (
            select queue.*
            from pgsync.sync_queue as queue
            where queue.source_table = kind.source_table
                and queue.error_class = kind.error_class
                and queue.sync_status = kind.sync_status
            order by queue.log_id desc
            limit 100
        ) as newest
        union all
        select otherwise.error_class, otherwise.log_id, otherwise.last_sync_attempt, otherwise.error_message
        from otherwise
    ) as failure
    order by failure.error_class, failure.last_sync_attempt desc nulls last, failure.log_id desc
)

select
    grouped.error_class,
    grouped.changes - coalesce(grouped.dead, 0),
    coalesce(grouped.dead, 0),
    latest.last_sync_attempt,
    latest.log_id,
    pgsync.failure_text(
        (
            select attempt.error_column
            from pgsync.sync_audit_log as attempt
            where attempt.log_id = latest.log_id
            order by attempt.attempt desc
            limit 1
        ),
        latest.error_message
    ),
    grouped.is_capped
from grouped
inner join latest on grouped.error_class = latest.error_class
order by grouped.changes desc, grouped.error_class;
$$;

comment on function pgsync.failures(integer)
is 'Failures of waiting changes by class, the most frequent first; each message names its column.';
