-- Whoever runs a job shares its lock for as long as the session lives, so that the end of the session shows
-- at once, and nobody ever waits for the lock. A lock in the hands of a stranger does not count.
create or replace function pgsync.job_holders(job bigint)
returns setof integer
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select held.pid
from pg_catalog.pg_locks as held
inner join pg_catalog.pg_database as here on held.database = here.oid and here.datname = current_database()
inner join pg_catalog.pg_stat_activity as activity on held.pid = activity.pid
where held.locktype = 'advisory'
    and held.classid = 1886876535 /* jobs */
    and held.objid = (job_holders.job % 2147483648)::oid
    and held.objsubid = 2
    and held.mode = 'ShareLock'
    and held.granted
    and pgsync.may_hold(activity.usesysid, 1886876535 /* jobs */, job_holders.job % 2147483648);
$$;

comment on function pgsync.job_holders(bigint)
is 'The server processes whose sessions run a job; none if it is not running or was interrupted.';
