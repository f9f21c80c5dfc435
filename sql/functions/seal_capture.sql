-- At the end of a transaction that attached a table, only the triggers of attach may use its function, and
-- nobody may make others with it; of readers there are those that attach creates, and their owner may create
-- no more.
create or replace function pgsync.seal_capture()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set quote_all_identifiers = off
as $$
    -- The texts are put together with %I.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_source pgsync.sources;
    v_owner name;
    v_role name;
    v_found text;
begin
    select source.*
    into v_source
    from pgsync.sources as source
    where source.source_table = new.source_table and source.attached;
    if not found then
        return null;
    end if;
    v_owner := pgsync.owner_of(v_source.source_table);

    for v_role in
        select distinct pg_get_userbyid(given.grantee)
        from pg_catalog.pg_proc as routine
        cross join lateral aclexplode(routine.proacl) as given
        where routine.pronamespace = 'pgsync'::regnamespace
            and routine.proname = v_source.function_name
            and given.grantee not in (0, routine.proowner)
    loop
        execute format('revoke all on function pgsync.%I() from %I', v_source.function_name, v_role);
    end loop;
    for v_role in
        select distinct pg_get_userbyid(given.grantee)
        from pg_catalog.pg_namespace as namespace
        cross join lateral aclexplode(namespace.nspacl) as given
        where namespace.nspname = 'pgsync_read'
            and given.privilege_type = 'CREATE'
            and given.grantee not in (0, namespace.nspowner)
    loop
        execute format('revoke all on schema pgsync_read from %I', v_role);
    end loop;

    select format('trigger %I on %s', present.tgname, present.tgrelid::regclass)
    into v_found
    from pg_catalog.pg_trigger as present
    inner join pg_catalog.pg_proc as routine on routine.oid = present.tgfoid
    where routine.pronamespace = 'pgsync'::regnamespace
        and routine.proname = v_source.function_name
        and present.tgparentid = 0
        and present.tgrelid <> all(v_source.parts)
        and not exists (
            select
            from pgsync.capture_triggers(v_source) as wanted
            where wanted.target = present.tgrelid
                and wanted.trigger_name = present.tgname
                and wanted.transition = concat_ws(' ', present.tgnewtable, present.tgoldtable)
                and wanted.type = present.tgtype
                and present.tgqual is null
        )
    limit 1;
    if found then
        raise exception '% uses the capture function of %, and attach has not made it', v_found, v_source.table_name
            using errcode = 'insufficient_privilege';
    end if;

    select routine.oid::regprocedure::text
    into v_found
    from pg_catalog.pg_proc as routine
    where routine.pronamespace = 'pgsync_read'::regnamespace
        and pg_get_userbyid(routine.proowner) = v_owner
        and not (
            routine.prosecdef
            and routine.proname = v_owner
            and routine.prosrc in (pgsync.reader_body(true), pgsync.reader_body(false))
        )
    limit 1;
    if found then
        raise exception '% is not a reader that attach has made', v_found
            using errcode = 'insufficient_privilege',
            hint = format('%I drops it: drop function %s;', v_owner, v_found);
    end if;
    return null;
end;
$$;

comment on function pgsync.seal_capture()
is 'The trigger that takes back, at commit, what attach was given to create triggers and reader.';
