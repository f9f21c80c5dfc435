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
is 'What precedes the name of a table to read: partitions are included, inheriting tables are not.';
