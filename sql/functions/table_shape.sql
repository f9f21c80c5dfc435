create or replace function pgsync.table_shape(source_table regclass)
returns jsonb
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select jsonb_object_agg(
    described.number, jsonb_build_object('name', described.name, 'type', described.data_type)
)
from pgsync.capture_columns(table_shape.source_table) as described;
$$;

comment on function pgsync.table_shape(regclass)
is 'The columns of a table by number, to notice later what became of them.';
