create or replace function pgsync.resume_worker(id integer)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_lives_by text;
begin
    select worker.lives_by
    into v_lives_by
    from pgsync.sync_workers as worker
    where worker.id = resume_worker.id and worker.started_by = session_user
    for update;
    if v_lives_by is null then
        return null;
    end if;
    if v_lives_by = 'lock' and not pg_try_advisory_lock(1886876533 /* workers */, resume_worker.id) then
        if pgsync.holds_its_lock(resume_worker.id) then
            return false;
        end if;
        -- A stranger has taken the lock meanwhile.
        v_lives_by := 'heartbeat';
    end if;
    update pgsync.sync_workers as worker
    set lives_by = v_lives_by, state = 'running', stopped_at = null, heartbeat_at = clock_timestamp()
    where worker.id = resume_worker.id;
    return true;
end;
$$;

comment on function pgsync.resume_worker(integer)
is 'Continues as a worker in a new session: false while the old one lives, null if this login has none.';
