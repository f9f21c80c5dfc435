-- A column that existed when the known shape was recorded keeps the name it has in images.
create or replace function pgsync.table_shape(source_table regclass, known jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select jsonb_object_agg(
    described.number,
    jsonb_build_object(
        'name', coalesce(shaped.name, described.name), 'type', described.data_type, 'column', described.name
    )
)
from pgsync.capture_columns(table_shape.source_table) as described
left join pgsync.shape_columns(table_shape.source_table, table_shape.known) as shaped
    on shaped.present_number = described.number;
$$;

comment on function pgsync.table_shape(regclass, jsonb)
is 'The columns of a table by number: name in images, type, and present name.';
