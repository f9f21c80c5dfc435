-- The total is that of ids from the oldest kept change to the newest one, so it includes those whose
-- transaction was rolled back. The queue is counted up to a limit; above it, pending is estimated, and the
-- others are lower bounds.
create or replace function pgsync.sync_log_counts(
    most integer default 100000,
    out pending bigint,
    out syncing bigint,
    out completed bigint,
    out failed bigint,
    out total bigint,
    out is_estimate boolean
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with seen as materialized (
    select pgsync.waiting_state(queue.sync_status, queue.locked_at, null, false) as state
    from pgsync.sync_queue as queue
    limit most::bigint + 1
),

failing as materialized (
    select queue.sync_status
    from pgsync.sync_queue as queue
    where queue.error_class is not null
    limit most::bigint + 1
),

counted as (
    select
        queue.changes,
        queue.is_estimate,
        (select count(*) from seen where seen.state = 'working') as syncing,
        (select count(*) from failing where failing.sync_status = 'failed') as failed,
        totals.captured - coalesce((select min(log.id) from pgsync.sync_logs as log), totals.captured + 1) + 1 as kept
    from pgsync.queue_size(most) as queue
    cross join pgsync.running_totals() as totals
)

select
    greatest(counted.changes - counted.syncing - counted.failed, 0),
    counted.syncing,
    greatest(counted.kept - counted.changes, 0),
    counted.failed,
    greatest(counted.kept, counted.changes),
    counted.is_estimate
from counted;
$$;

comment on function pgsync.sync_log_counts(integer)
is 'How many changes are pending, syncing, completed (rolled back ones included) and failed.';
