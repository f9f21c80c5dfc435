-- Read from the list of locks, so that it does not block a worker that resumes.
create or replace function pgsync.holds_its_lock(worker_id integer)
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
    inner join pg_catalog.pg_stat_activity as activity on held.pid = activity.pid
    where held.locktype = 'advisory'
        and held.classid = 1886876533 /* workers */
        and held.objid = holds_its_lock.worker_id::oid
        and held.objsubid = 2
        and held.mode = 'ExclusiveLock'
        and held.granted
        and pgsync.may_hold(activity.usesysid, 1886876533 /* workers */, holds_its_lock.worker_id)
);
$$;

comment on function pgsync.holds_its_lock(integer)
is 'Whether a worker holds the lock that shows it is alive; a lock held by a stranger does not count.';
