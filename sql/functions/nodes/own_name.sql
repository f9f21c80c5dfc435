create or replace function pgsync.own_name()
returns text
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
return (select own.name from pgsync.node_identity as own);

comment on function pgsync.own_name() is 'The name of this system in versions of records.';
