create or replace function pgsync.lacks_columns(changed_table oid, column_names text[])
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select count(*) < cardinality(lacks_columns.column_names)
from pg_catalog.pg_attribute as attribute
where attribute.attrelid = lacks_columns.changed_table
    and attribute.attname = any(lacks_columns.column_names)
    and not attribute.attisdropped;
$$;

comment on function pgsync.lacks_columns(oid, text[])
is 'Whether columns of a table were dropped or renamed since its capture function was made.';
