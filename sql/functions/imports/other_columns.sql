create or replace function pgsync.other_columns(target regclass, columns text[])
returns table (name text, type text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    attribute.attname::text,
    format_type(attribute.atttypid, attribute.atttypmod)
from pg_catalog.pg_attribute as attribute
where attribute.attrelid = other_columns.target
    and attribute.attnum > 0
    and not attribute.attisdropped
    and attribute.attgenerated = ''
    and attribute.attname <> all(other_columns.columns)
order by attribute.attnum;
$$;

comment on function pgsync.other_columns(regclass, text[])
is 'The columns of a table besides some, and their types.';
