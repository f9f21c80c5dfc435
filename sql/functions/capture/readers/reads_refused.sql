create or replace function pgsync.reads_refused(source_table regclass)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return (
        select relation.relrowsecurity and relation.relforcerowsecurity and not role.rolsuper and not role.rolbypassrls
        from pg_catalog.pg_class as relation
        inner join pg_catalog.pg_roles as role on role.oid = relation.relowner
        where relation.oid = reads_refused.source_table
    );
end;
$$;

comment on function pgsync.reads_refused(regclass)
is 'Whether row security hides rows of a table from its owner, so that reading them as the owner fails.';
