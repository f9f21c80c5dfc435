create or replace function pgsync.detach(
    source_table regclass,
    dry_run boolean default false,
    patience interval default '30 seconds'
)
returns setof text
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set quote_all_identifiers = off
as $$
    -- The steps are composed with %I and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_source pgsync.sources;
    v_step text;
begin
    select known.*
    into v_source
    from pgsync.sources as known
    where known.source_table = detach.source_table and known.attached;
    if not found then
        raise exception '% is not attached', coalesce(pgsync.qualified_name(source_table), source_table::text)
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'List attached tables: select source_table from pgsync.sources where attached;';
    end if;

    -- A dropped table has nothing left to lock.
    if not dry_run and pgsync.qualified_name(detach.source_table) is not null then
        perform pgsync.lock_patiently(detach.source_table, patience, true);
    end if;
    for v_step in
        (
            select format('drop trigger %I on %s', present.tgname, present.tgrelid::regclass)
            from pg_catalog.pg_trigger as present
            inner join pg_catalog.pg_proc as routine on routine.oid = present.tgfoid
            where routine.proname = v_source.function_name
                and routine.pronamespace = 'pgsync'::regnamespace
                and present.tgparentid = 0
            order by present.tgrelid, present.tgname
        )
        union all
        select format('drop policy pgsync_capture on %s', policy.polrelid::regclass)
        from pg_catalog.pg_policy as policy
        where policy.polrelid = detach.source_table and policy.polname = 'pgsync_capture'
        union all
        select format('revoke select on %s from pgsync_capture', relation.oid::regclass)
        from pg_catalog.pg_class as relation
        inner join pg_catalog.pg_roles as role on role.rolname = 'pgsync_capture'
        where relation.oid = detach.source_table
            and pg_has_role(relation.relowner, 'usage')
            and exists (select from aclexplode(relation.relacl) as given where given.grantee = role.oid)
    loop
        if not dry_run then
            execute v_step;
        end if;
        return next v_step;
    end loop;
    if not dry_run then
        perform pgsync.remove_capture(v_source.function_name);
    end if;
    return next format('drop function pgsync.%I()', v_source.function_name);
end;
$$;

comment on function pgsync.detach(regclass, boolean, interval)
is 'Ends the capture of a table; what was captured stays. Returns what was done, or would be (dry_run).';
