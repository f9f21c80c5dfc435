create or replace function pgsync.captured_columns(source pgsync.sources)
returns table (number smallint, name text, column_name text, treatment text, base_type oid, key_place integer)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    described.number,
    shaped.name,
    described.name,
    described.treatment,
    pgsync.base_type(attribute.atttypid),
    array_position(source.key_columns, shaped.name)
from pgsync.capture_columns(source.source_table) as described
inner join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = source.source_table and attribute.attnum = described.number
inner join pgsync.shape_columns(source.source_table, source.shape) as shaped
    on shaped.present_number = described.number
where source.captured_columns is null or shaped.name = any(source.captured_columns)
order by described.number;
$$;

comment on function pgsync.captured_columns(pgsync.sources)
is 'The columns that a source stores: name in images, name in the table, and how each is stored.';
