create or replace function pgsync.columns_to_evolve(endpoint text, schema jsonb)
returns table (source_table regclass, name text, columns jsonb, is_whole boolean)
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master constant pgsync.masters := pgsync.known_master(columns_to_evolve.endpoint);
begin
    return query
    select
        own.source_table, own.name, pgsync.named_columns(columns_to_evolve.schema -> own.name, own.missing), own.is_whole
    from pgsync.drifting_tables(v_master.tables, columns_to_evolve.schema) as own
    where own.drift = 'evolve' and own.missing <> '{}';
end;
$$;

comment on function pgsync.columns_to_evolve(text, jsonb)
is 'The columns that only a master has, of tables to which they are to be added.';
