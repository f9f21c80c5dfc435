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
            'columns', (
                select jsonb_agg(captured.name order by captured.number)
                from pgsync.captured_columns(source) as captured
            )
        )
    ),
    '{}'
)
from pgsync.synced_tables(tables) as synced
inner join pgsync.sources as source on synced.source_table = source.source_table;
$$;

comment on function pgsync.exchanged_schema(regclass[])
is 'The columns of the tables that are exchanged, for whoever takes their rows.';
