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
        register_worker.posters, case when holds_lock then 'lock' else 'heartbeat' end
    )
    returning sync_workers.id into v_id;
    -- Before anybody else can see the row.
    if holds_lock then
        perform pg_advisory_lock(1886876533, v_id);
    end if;
    return v_id;
end;
$$;

comment on function pgsync.register_worker(text, text, integer, text, integer, boolean)
is 'Makes a worker known; its session holds a lock that shows that it is alive. Returns its number.';
