create or replace function pgsync.drifting_tables(only_tables regclass[], schema jsonb)
returns table (
    source_table regclass,
    name text,
    drift text,
    drift_there text,
    missing text[],
    extra text[],
    is_whole boolean
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    synced.source_table,
    synced.name,
    source.drift,
    coalesce(schema -> synced.name ->> 'drift', 'freeze'),
    differing.missing,
    differing.extra,
    source.captured_columns is null
from pgsync.synced_tables(only_tables) as synced
inner join pgsync.sources as source on synced.source_table = source.source_table
cross join lateral (
    select array_agg(captured.name) as names
    from pgsync.captured_columns(source) as captured
) as here
cross join lateral (
    select
        array(
            select there.name
            from jsonb_array_elements_text(schema -> synced.name -> 'columns') with ordinality as there (name, place)
            where there.name <> all(here.names)
            order by there.place
        ) as missing,
        array(
            select own.name
            from unnest(here.names) with ordinality as own (name, place)
            where not schema -> synced.name -> 'columns' ? own.name
            order by own.place
        ) as extra
) as differing
where schema ? synced.name and (differing.missing <> '{}' or differing.extra <> '{}');
$$;

comment on function pgsync.drifting_tables(regclass[], jsonb)
is 'The tables whose columns differ from those of the master: what is missing here, and what only is here.';
