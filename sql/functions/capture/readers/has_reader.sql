-- Both forms, as attach makes them, in the hands of the present owner and lent to capture.
create or replace function pgsync.has_reader(source_table regclass, reader text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return (
        select count(*) = 2
        from pg_catalog.pg_proc as routine
        inner join pg_catalog.pg_class as relation on relation.oid = has_reader.source_table
        where routine.pronamespace = 'pgsync_read'::regnamespace
            and routine.proname = has_reader.reader
            and routine.proowner = relation.relowner
            and pgsync.is_reader(routine.oid)
            and has_function_privilege(pgsync.capture_role(), routine.oid, 'execute')
    );
end;
$$;

comment on function pgsync.has_reader(regclass, text)
is 'Whether the owner of a table has a reader of this name that capture can use.';
