-- A capture function serves one table. Its number in the text is another one after a restore, until the
-- worker has renewed it. A table that was a partition has kept its TRUNCATE trigger, which has nothing to
-- report any more.
create or replace function pgsync.serves(function_name text, captured_table oid)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source pgsync.sources;
begin
    select source.* into v_source from pgsync.sources as source where source.function_name = serves.function_name;
    if v_source.source_table = captured_table then
        return true;
    end if;
    if captured_table = any(v_source.parts) then
        return false;
    end if;
    raise exception 'pgsync.%() captures another table than %', function_name, captured_table::regclass
        using errcode = 'object_not_in_prerequisite_state',
        hint = 'Only pgsync.attach creates triggers with it; drop this one.';
end;
$$;

comment on function pgsync.serves(text, oid)
is 'Whether a capture function is for this table; an error when it was never meant to be.';
