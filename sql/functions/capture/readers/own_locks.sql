create or replace function pgsync.own_locks()
returns text[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(array_agg(concat_ws(' ', held.database, held.classid, held.objid, held.objsubid, held.mode)), '{}')
from pg_catalog.pg_locks as held
where held.pid = pg_backend_pid() and held.locktype = 'advisory' and held.granted;
$$;

comment on function pgsync.own_locks()
is 'The advisory locks of this very session, ours and others.';
