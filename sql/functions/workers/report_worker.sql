create or replace function pgsync.report_worker(id integer, figures jsonb default '{}')
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    update pgsync.sync_workers as worker
    set heartbeat_at = clock_timestamp(), figures = report_worker.figures
    where worker.id = report_worker.id and worker.state = 'running' and pgsync.is_own_worker(worker);
    return found;
end;
$$;

comment on function pgsync.report_worker(integer, jsonb)
is 'The heartbeat of a worker; false if it counts as lost, or is not in this session, and must resume.';
