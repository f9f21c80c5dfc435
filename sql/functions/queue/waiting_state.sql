-- The one place that defines what the columns of the queue mean together. Bound when it is created, so that
-- the planner can inline it.
create or replace function pgsync.waiting_state(
    sync_status pgsync.sync_status, locked_at timestamptz, scheduled_at timestamptz, is_paused boolean
)
returns text
language sql
stable
parallel safe
return case
    when sync_status = 'failed' then 'dead'
    when sync_status = 'syncing' or locked_at is not null then 'working'
    when scheduled_at = 'infinity' or is_paused then 'paused'
    when scheduled_at > pg_catalog.now() then 'scheduled'
    else 'ready'
end;

comment on function pgsync.waiting_state(pgsync.sync_status, timestamptz, timestamptz, boolean)
is 'The state of a change in the queue: ready, scheduled, paused, working or dead.';
