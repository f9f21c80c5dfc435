-- Failures are counted by kind. The table of any other change is only looked up if that makes a difference.
create or replace function pgsync.queue_counts(
    source regclass default null,
    most integer default 10000,
    out ready bigint,
    out scheduled bigint,
    out paused bigint,
    out working bigint,
    out dead bigint,
    out is_capped boolean
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
set max_parallel_workers_per_gather = 0
set jit = off
as $$
with resting as materialized (
    select array_agg(own.source_table) as sources
    from pgsync.sources as own
    where own.paused_at is not null
),

kind as materialized (
    select own.*
    from pgsync.failed_kinds() as own
    where queue_counts.source is null or own.source_table = queue_counts.source
),

dead as (
    select
    from (
        select
        from kind
        cross join lateral (
            select
            from pgsync.sync_queue as queue
            where queue.source_table = kind.source_table
                and queue.error_class = kind.error_class
                and queue.sync_status = kind.sync_status
        ) as own
        where kind.sync_status = 'failed'
        union all
        select
        from pgsync.sync_queue as queue
        where (queue.sync_status = 'failed' or queue.error_class is not null)
            and (queue.source_table is null or queue.error_class is null)
            and queue.sync_status = 'failed'
            and (
                queue_counts.source is null
                or (select log.source_table = queue_counts.source from pgsync.sync_logs as log where log.id = queue.log_id)
            )
    ) as own
    limit queue_counts.most::bigint + 1
),

waiting as (
    select pgsync.waiting_state(own.sync_status, own.locked_at, own.scheduled_at, own.is_paused) as state
    from (
        select
            queue.sync_status, queue.locked_at, queue.scheduled_at, kind.source_table = any(resting.sources) as is_paused
        from kind
        cross join resting
        cross join lateral (
            select failing.*
            from pgsync.sync_queue as failing
            where failing.source_table = kind.source_table
                and failing.error_class = kind.error_class
                and failing.sync_status = kind.sync_status
        ) as queue
        where kind.sync_status <> 'failed'
        union all
        (
            select queue.sync_status, queue.locked_at, queue.scheduled_at, change.source_table = any(resting.sources)
            from pgsync.sync_queue as queue
            cross join resting
            left join lateral (
                select log.source_table
                from pgsync.sync_logs as log
                where log.id = queue.log_id
                    and (queue_counts.source is not null or resting.sources is not null)
                offset 0
            ) as change on true
            where (queue.source_table is null or queue.error_class is null)
                and queue.sync_status <> 'failed'
                and (queue_counts.source is null or change.source_table = queue_counts.source)
            order by queue.log_id
            limit queue_counts.most::bigint + 1
        )
    ) as own
    limit queue_counts.most::bigint + 1
)

select
    count(*) filter (where waiting.state = 'ready'),
    count(*) filter (where waiting.state = 'scheduled'),
    count(*) filter (where waiting.state = 'paused'),
    count(*) filter (where waiting.state = 'working'),
    (select count(*) from dead),
    count(*) > queue_counts.most or (select count(*) from dead) > queue_counts.most
from waiting;
$$;

comment on function pgsync.queue_counts(regclass, integer)
is 'How many changes are in each state, of all tables or of one, counted up to a limit.';
