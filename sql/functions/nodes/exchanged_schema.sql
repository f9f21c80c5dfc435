create or replace function pgsync.exchanged_schema(tables regclass[])
returns jsonb
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(
    jsonb_object_agg(
        synced.name,
        jsonb_build_object(
            'version', source.version,
            'key', source.key_columns,
            'columns', captured.names,
            'types', captured.types,
            'typmods', coalesce(captured.typmods, '{}'),
            'drift', source.drift
        )
    ),
    '{}'
)
from pgsync.synced_tables(tables) as synced
inner join pgsync.sources as source on synced.source_table = source.source_table
cross join lateral (
    select
        jsonb_agg(own.name order by own.number) as names,
        jsonb_object_agg(own.name, format_type(field.atttypid, null)) as types,
        jsonb_object_agg(own.name, field.atttypmod) filter (where field.atttypmod <> -1) as typmods
    from pgsync.captured_columns(source) as own
    inner join pg_catalog.pg_attribute as field
        on field.attrelid = source.source_table and field.attnum = own.number
) as captured;
$$;

comment on function pgsync.exchanged_schema(regclass[])
is 'The columns of the tables that are exchanged, for whoever takes their rows.';
