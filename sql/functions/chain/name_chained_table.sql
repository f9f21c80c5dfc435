-- Never the name of another: a table may have been dropped and created again.
create or replace function pgsync.name_chained_table(source_table regclass)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_name constant text := coalesce(
        pgsync.qualified_name(name_chained_table.source_table), name_chained_table.source_table::oid::text
    );
begin
    insert into pgsync.chain_tables (source_table, name)
    select
        name_chained_table.source_table,
        v_name || case when taken.count = 0 then '' else ' #' || taken.count + 1 end
    from (
        select count(*) as count
        from pgsync.chain_tables as known
        where known.name = v_name or starts_with(known.name, v_name || ' #')
    ) as taken
    on conflict on constraint chain_tables_pkey do nothing;
end;
$$;

comment on function pgsync.name_chained_table(regclass)
is 'Gives a table the name that the chain calls it by.';
