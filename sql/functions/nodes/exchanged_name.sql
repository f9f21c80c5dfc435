create or replace function pgsync.exchanged_name(source_table regclass)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case when space.nspname = 'public' then own.relname else space.nspname || '.' || own.relname end
from pg_catalog.pg_class as own
inner join pg_catalog.pg_namespace as space on own.relnamespace = space.oid
where own.oid = exchanged_name.source_table;
$$;

comment on function pgsync.exchanged_name(regclass)
is 'The name of a table in what is sent to other systems: without its schema if that is public.';
