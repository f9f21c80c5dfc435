create or replace function pgsync.has_lock(lock_class integer, lock_number integer)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select exists (
    select
    from pg_catalog.pg_locks as held
    inner join pg_catalog.pg_database as here on held.database = here.oid and here.datname = current_database()
    where held.pid = pg_backend_pid()
        and held.locktype = 'advisory'
        and held.classid = has_lock.lock_class::oid
        and held.objid = has_lock.lock_number::oid
        and held.objsubid = 2
        and held.mode = 'ExclusiveLock'
        and held.granted
);
$$;

comment on function pgsync.has_lock(integer, integer)
is 'Whether this session itself holds an advisory lock of pgsync.';
