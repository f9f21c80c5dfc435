create or replace function pgsync.owner_of(owned_table regclass)
returns name
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pg_get_userbyid(relation.relowner)
from pg_catalog.pg_class as relation
where relation.oid = owner_of.owned_table;
$$;

comment on function pgsync.owner_of(regclass)
is 'The role that owns a table, which is also the name of its reader.';
