-- A capture function serves one table. After a restore, the table has another oid than the one in its text,
-- until the worker has renewed it, and the table may have become part of a larger one. A former partition has
-- kept its TRUNCATE trigger, which has nothing to report any more.
create or replace function pgsync.attached_root(function_name text, captured_table oid)
returns oid
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source pgsync.sources;
begin
    select source.*
    into v_source
    from pgsync.sources as source
    where source.function_name = attached_root.function_name;
    if captured_table = v_source.source_table
        or exists (
            select
            from pg_partition_ancestors(captured_table::regclass) as ancestor (relid)
            where ancestor.relid = v_source.source_table
        )
    then
        return v_source.source_table::oid;
    end if;
    if captured_table = any(v_source.parts) then
        return null;
    end if;
    raise exception 'pgsync.%() captures a table other than %', function_name, captured_table::regclass
        using errcode = 'object_not_in_prerequisite_state',
        hint = 'Only pgsync.attach may create triggers that call it; drop this one.';
end;
$$;

comment on function pgsync.attached_root(text, oid)
is 'The attached table that a capture function serves and this table is part of; null if no longer.';
