-- The table of a change is only looked up if that makes a difference.
create or replace function pgsync.waiting_counts(
    only_sources regclass[] default null,
    out ready bigint,
    out scheduled bigint,
    out paused bigint,
    out dead bigint,
    out next_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
with resting as materialized (
    select array_agg(source.source_table) as sources
    from pgsync.sources as source
    where source.paused_at is not null
),

waiting as (
    select
        pgsync.waiting_state(
            queue.sync_status, queue.locked_at, queue.scheduled_at, change.source_table = any(resting.sources)
        ) as state,
        queue.scheduled_at
    from pgsync.sync_queue as queue
    cross join resting
    left join lateral (
        select log.source_table
        from pgsync.sync_logs as log
        where log.id = queue.log_id
            and (only_sources is not null or resting.sources is not null)
        offset 0
    ) as change on true
    where only_sources is null or change.source_table = any(only_sources)
)

select
    count(*) filter (where waiting.state in ('ready', 'working')),
    count(*) filter (where waiting.state = 'scheduled'),
    count(*) filter (where waiting.state = 'paused'),
    count(*) filter (where waiting.state = 'dead'),
    min(waiting.scheduled_at) filter (where waiting.state = 'scheduled')
from waiting;
$$;

comment on function pgsync.waiting_counts(regclass[])
is 'How many changes are ready, scheduled, paused or dead.';
