create or replace function pgsync.stop_worker(id integer, figures jsonb default '{}')
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.sync_workers as worker
set
    state = 'stopped', stopped_at = clock_timestamp(), heartbeat_at = clock_timestamp(),
    figures = stop_worker.figures
where worker.id = stop_worker.id and worker.state = 'running';
$$;

comment on function pgsync.stop_worker(integer, jsonb)
is 'The last word of a worker that ends in order; its lock goes with its session.';
