create or replace function pgsync.synced_source(source_table regclass)
returns table (key_columns text[], columns text[], generated_columns text[], drift text)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    own.key_columns,
    array(
        select captured.name
        from pgsync.captured_columns(own) as captured
        inner join pg_catalog.pg_attribute as field
            on field.attrelid = own.source_table and field.attnum = captured.number
        where field.attgenerated = ''
        order by captured.number
    ),
    array(
        select captured.name
        from pgsync.captured_columns(own) as captured
        inner join pg_catalog.pg_attribute as field
            on field.attrelid = own.source_table and field.attnum = captured.number
        where field.attgenerated <> ''
        order by captured.number
    ),
    own.drift
from pgsync.sources as own
where own.source_table = synced_source.source_table and own.synced;
$$;

comment on function pgsync.synced_source(regclass)
is 'The key of a table that is exchanged, the columns that are written, those that are computed, its drift.';
