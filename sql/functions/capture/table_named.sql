-- Like to_regclass for a qualified name, but without requiring USAGE on the schema: a role that may see
-- captured data need not be able to read the application's tables.
create or replace function pgsync.table_named(qualified_name text)
returns regclass
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_parts constant text[] := parse_ident(table_named.qualified_name);
begin
    return (
        select relation.oid::regclass
        from pg_catalog.pg_class as relation
        inner join pg_catalog.pg_namespace as namespace on relation.relnamespace = namespace.oid
        where cardinality(v_parts) = 2
            and namespace.nspname = v_parts[1]::name
            and relation.relname = v_parts[2]::name
    );
end;
$$;

comment on function pgsync.table_named(text)
is 'The table with this schema-qualified name, quoted where needed; null if there is none.';
