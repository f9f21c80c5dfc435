create or replace function pgsync.check_table(source pgsync.sources)
returns void
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_table pg_catalog.pg_class;
    v_schema text;
    v_reason text;
    v_unlogged text;
    v_owner name;
begin
    select relation.* into v_table from pg_catalog.pg_class as relation where relation.oid = source.source_table;
    select namespace.nspname::text
    into v_schema
    from pg_catalog.pg_namespace as namespace
    where namespace.oid = v_table.relnamespace;

    if v_table.relkind not in ('r', 'p') then
        raise exception '% is not a table', source.table_name
            using errcode = 'wrong_object_type', hint = 'Attach the tables behind it.';
    end if;
    if v_table.relispartition then
        raise exception '% is a partition of %', source.table_name, pg_partition_root(source.source_table)
            using errcode = 'wrong_object_type',
            hint = format(
                'Attach the root table: select pgsync.attach(%L);', pg_partition_root(source.source_table)::text
            );
    end if;
    if v_table.relpersistence = 't' then
        raise exception '% is a temporary table', source.table_name using errcode = 'wrong_object_type';
    end if;
    select part.name into v_unlogged from pgsync.unlogged_parts(source.source_table) as part (name) limit 1;
    if found then
        raise exception '% is unlogged: a server crash empties it without firing a trigger', v_unlogged
            using errcode = 'wrong_object_type', hint = format('alter table %s set logged;', v_unlogged);
    end if;

    select excluded.reason
    into v_reason
    from pgsync.excluded_tables as excluded
    where v_schema like excluded.schema_pattern and v_table.relname like excluded.table_pattern
    limit 1;
    if found then
        raise exception '% must not be attached: %', source.table_name, v_reason
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'pgsync.excluded_tables lists the tables that must not be attached.';
    end if;
    -- Members of such a role would be lent what its tables need.
    v_owner := pg_get_userbyid(v_table.relowner);
    if v_owner in (
            'pgsync_auditor', 'pgsync_capture', 'pgsync_operator', 'pgsync_owner', 'pgsync_reader',
            'pgsync_site_reader', 'pgsync_worker'
        )
    then
        raise exception '% is owned by %, a role of pgsync', source.table_name, v_owner
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'Make a role of the application its owner: alter table … owner to …;';
    end if;
end;
$$;

comment on function pgsync.check_table(pgsync.sources)
is 'Raises an error if a table can never be attached.';
