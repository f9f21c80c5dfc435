create or replace function pgsync.register_worker(
    name text,
    host text,
    pid integer,
    version text,
    posters integer,
    holds_lock boolean default true
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_id integer;
begin
    insert into pgsync.sync_workers (name, host, pid, version, posters, lives_by)
    values (
        register_worker.name, register_worker.host, register_worker.pid, register_worker.version,
        register_worker.posters, 'heartbeat'
    )
    returning sync_workers.id into v_id;
    -- Before any other session can see the row. The number is new: only a stranger can have its lock, and
    -- then the heartbeat shows whether the worker is alive.
    if holds_lock and pg_try_advisory_lock(1886876533 /* workers */, v_id) then
        update pgsync.sync_workers as worker set lives_by = 'lock' where worker.id = v_id;
    end if;
    return v_id;
end;
$$;

comment on function pgsync.register_worker(text, text, integer, text, integer, boolean)
is 'Registers a worker and returns its number; its session holds a lock that shows it is alive.';
