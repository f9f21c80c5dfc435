-- The cost must not grow with the queue: it reads the oldest changes that have not failed, and counts
-- failures by kind. If there are more than that, each number is a lower bound.
create or replace function pgsync.backlog(most integer default 10000)
returns table (
    source regclass,
    table_name text,
    attached boolean,
    paused_at timestamptz,
    waiting bigint,
    failing bigint,
    dead bigint,
    oldest_at timestamptz,
    is_capped boolean,
    rules text[]
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
with listed as materialized (
    select
        queue.log_id,
        case
            when queue.sync_status = 'failed' then 'dead'
            when queue.error_class is not null then 'failing'
            else 'waiting'
        end as kind
    from pgsync.sync_queue as queue
    where queue.source_table is null or queue.error_class is null
    order by queue.log_id
    limit most::bigint + 1
),

failed as materialized (
    select
        own.source_table,
        case
            when own.sync_status = 'failed' then 'dead'
            else 'failing'
        end as kind,
        counted.changes,
        counted.first_change
    from pgsync.failed_kinds() as own
    cross join lateral (
        select
            count(*) as changes,
            min(changes.log_id) as first_change
        from (
            select queue.log_id
            from pgsync.sync_queue as queue
            where queue.source_table = own.source_table
                and queue.error_class = own.error_class
                and queue.sync_status = own.sync_status
            order by queue.log_id
            limit most::bigint + 1
        ) as changes
    ) as counted
),

counted as (
    select
        seen.source_table,
        coalesce(sum(seen.changes) filter (where seen.kind = 'waiting'), 0)::bigint as waiting,
        coalesce(sum(seen.changes) filter (where seen.kind = 'failing'), 0)::bigint as failing,
        coalesce(sum(seen.changes) filter (where seen.kind = 'dead'), 0)::bigint as dead,
        min(seen.captured_at) filter (where seen.kind <> 'dead') as oldest_at
    from (
        select log.source_table, listed.kind, 1 as changes, log.captured_at
        from listed
        inner join pgsync.sync_logs as log on listed.log_id = log.id
        union all
        select failed.source_table, failed.kind, failed.changes, log.captured_at
        from failed
        inner join pgsync.sync_logs as log on failed.first_change = log.id
    ) as seen
    group by seen.source_table
)

select
    own.source_table,
    own.table_name,
    own.attached,
    own.paused_at,
    coalesce(counted.waiting, 0),
    coalesce(counted.failing, 0),
    coalesce(counted.dead, 0),
    counted.oldest_at,
    (select count(*) from listed) > most or coalesce((select max(failed.changes) from failed) > most, false),
    array(
        select span.name || '@' || span.version
        from pgsync.rule_spans as span
        where span.source_table = own.source_table and span.days @> current_date
        order by span.name, span.version
    )
from pgsync.sources as own
left join counted on own.source_table = counted.source_table
where own.attached or counted.source_table is not null
order by own.table_name;
$$;

comment on function pgsync.backlog(integer)
is 'For each table: what waits, fails and is dead, since when, and which rules post it today.';
