create or replace function pgsync.tables_of_node(node text)
returns table (source_table regclass, name text, level bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return query
    select synced.source_table, synced.name, synced.place
    from pgsync.synced_tables((pgsync.known_node(node)).tables) as synced;
end;
$$;

comment on function pgsync.tables_of_node(text)
is 'The tables that a node exchanges, those that others refer to first.';
