create or replace function pgsync.qualified_name(named_table regclass)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set quote_all_identifiers = off
as $$
begin
    return (
        select format('%I.%I', namespace.nspname, relation.relname)
        from pg_catalog.pg_class as relation
        inner join pg_catalog.pg_namespace as namespace on relation.relnamespace = namespace.oid
        where relation.oid = qualified_name.named_table
    );
end;
$$;

comment on function pgsync.qualified_name(regclass)
is 'The schema-qualified name of a table, quoted where needed; null if the table is gone.';
