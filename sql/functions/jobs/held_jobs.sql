-- In plpgsql, which keeps the plan: each page of an import asks.
create or replace function pgsync.held_jobs()
returns integer[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return array(
        select held.objid::bigint::integer
        from pg_catalog.pg_locks as held
        inner join pg_catalog.pg_database as here on held.database = here.oid and here.datname = current_database()
        where held.pid = pg_backend_pid()
            and held.locktype = 'advisory'
            and held.classid = 1886876535 /* jobs */
            and held.objsubid = 2
            and held.mode = 'ShareLock'
    );
end;
$$;

comment on function pgsync.held_jobs()
is 'The locks of jobs that this session holds, by their numbers.';
