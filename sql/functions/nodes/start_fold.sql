create or replace function pgsync.start_fold(from_tick bigint)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.version_fold as fold
set
    folded_through = tick.id,
    folded_at = clock_timestamp(),
    snapshot = tick.snapshot,
    last_log_id = tick.last_log_id
from pgsync.ticks as tick
where tick.id = start_fold.from_tick;
$$;

comment on function pgsync.start_fold(bigint)
is 'Has the log folded from a tick on; what was logged before is taken to be folded.';
