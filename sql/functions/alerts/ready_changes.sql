-- Those that operators paused are left out. A change that is tried again is ready from when it was due.
create or replace function pgsync.ready_changes(most integer, as_of timestamptz)
returns table (source_table regclass, ready_at timestamptz, changes bigint)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
with ready as materialized (
    (
        select queue.log_id, queue.scheduled_at
        from pgsync.sync_queue as queue
        where queue.sync_status = 'pending' and queue.locked_at is null and queue.scheduled_at is null
        order by queue.log_id
        limit most
    )
    union all
    (
        select queue.log_id, queue.scheduled_at
        from pgsync.sync_queue as queue
        where queue.sync_status = 'pending' and queue.locked_at is null and queue.scheduled_at <= as_of
        order by queue.scheduled_at
        limit most
    )
)

select
    log.source_table,
    min(greatest(log.captured_at, ready.scheduled_at)),
    count(*)
from ready
cross join lateral (
    select own.source_table, own.captured_at
    from pgsync.sync_logs as own
    where own.id = ready.log_id
    offset 0
) as log
left join pgsync.sources as source on log.source_table = source.source_table
where source.paused_at is null
group by log.source_table;
$$;

comment on function pgsync.ready_changes(integer, timestamptz)
is 'Since when changes of each table are ready to post, among the oldest ones.';
