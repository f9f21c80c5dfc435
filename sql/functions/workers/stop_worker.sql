create or replace function pgsync.stop_worker(id integer, figures jsonb default '{}')
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    update pgsync.sync_workers as worker
    set
        state = 'stopped', stopped_at = clock_timestamp(), heartbeat_at = clock_timestamp(),
        figures = stop_worker.figures
    where worker.id = stop_worker.id and worker.state = 'running' and pgsync.is_own_worker(worker);
    if not found and exists (
        select from pgsync.sync_workers as other where other.id = stop_worker.id and other.state = 'running'
    ) then
        raise exception 'worker % does not belong to this session', stop_worker.id
            using errcode = 'insufficient_privilege', hint = 'To stop a worker, send SIGTERM to its process.';
    end if;
end;
$$;

comment on function pgsync.stop_worker(integer, jsonb)
is 'The last report of a worker that shuts down; its lock ends with its session.';
