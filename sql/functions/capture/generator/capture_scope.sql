create or replace function pgsync.capture_scope(source_table regclass)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case relation.relkind when 'p' then '' else 'only ' end
from pg_catalog.pg_class as relation
where relation.oid = capture_scope.source_table;
$$;

comment on function pgsync.capture_scope(regclass)
is 'What stands before a table that is read: its partitions belong to it, tables that inherit do not.';
