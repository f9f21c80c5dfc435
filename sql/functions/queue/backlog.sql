-- The cost must not grow with the queue: it reads the oldest changes that have not failed, and some of those
-- that have. If there are more, each number is a lower bound.
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
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
with fresh as materialized (
    select
        queue.log_id,
        'waiting' as kind
    from pgsync.sync_queue as queue
    where queue.error_class is null
    order by queue.log_id
    limit most::bigint + 1
),

failed as materialized (
    select
        queue.log_id,
        case
            when queue.sync_status = 'failed' then 'dead'
            else 'failing'
        end as kind
    from pgsync.sync_queue as queue
    where queue.error_class is not null
    limit most::bigint + 1
),

counted as (
    select
        log.source_table,
        count(*) filter (where seen.kind = 'waiting') as waiting,
        count(*) filter (where seen.kind = 'failing') as failing,
        count(*) filter (where seen.kind = 'dead') as dead,
        min(log.captured_at) filter (where seen.kind <> 'dead') as oldest_at
    from (
        select fresh.log_id, fresh.kind from fresh
        union all
        select failed.log_id, failed.kind from failed
    ) as seen
    inner join pgsync.sync_logs as log on seen.log_id = log.id
    group by log.source_table
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
    (select count(*) from fresh) > most or (select count(*) from failed) > most,
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
