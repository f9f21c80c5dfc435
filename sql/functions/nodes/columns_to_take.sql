create or replace function pgsync.columns_to_take(node text, offered jsonb)
returns table (source_table regclass, name text, columns jsonb, is_whole boolean, drift text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return query
    select
        synced.source_table,
        synced.name,
        (
            select coalesce(jsonb_object_agg(wanted.key, wanted.value), '{}')
            from jsonb_each(offered -> synced.name) as wanted
            where not exists (
                select from pgsync.captured_columns(source) as captured where captured.name = wanted.key
            )
        ),
        source.captured_columns is null,
        source.drift
    from pgsync.synced_tables((pgsync.known_node(columns_to_take.node)).tables) as synced
    inner join pgsync.sources as source on synced.source_table = source.source_table
    where jsonb_typeof(offered -> synced.name) = 'object';
end;
$$;

comment on function pgsync.columns_to_take(text, jsonb)
is 'The columns that only a node has, of tables that it exchanges, and whether they are to be added.';
