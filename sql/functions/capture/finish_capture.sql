-- The last step of attach, or of its transaction if attach did not get here: rights that attach lent are
-- revoked, what was created with them is checked, and only then does the function do anything. If attach did
-- get here, nothing is left to do. The owner of a partitioned table keeps the right to execute its function,
-- because creating a partition needs it; the function serves no other table.
create or replace function pgsync.finish_capture(captured_table regclass)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set check_function_bodies = on
set quote_all_identifiers = off
as $$
    -- The texts are composed with %I and %L.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_role constant name := pgsync.capture_role();
    v_source pgsync.sources;
    v_right text;
    v_found text;
    v_other record;
begin
    select source.*
    into v_source
    from pgsync.sources as source
    where source.source_table = captured_table and source.attached;
    if v_source.function_checksum <> '' and not exists (
        select
        from pg_catalog.pg_namespace as namespace
        cross join lateral aclexplode(namespace.nspacl) as given
        where namespace.nspname = 'pgsync_read'
            and given.privilege_type = 'CREATE'
            and given.grantee not in (0, namespace.nspowner)
    ) then
        return;
    end if;

    for v_right in
        select format('all on function pgsync.%I() from %s', routine.proname, given.grantee::regrole)
        from pg_catalog.pg_proc as routine
        cross join lateral aclexplode(routine.proacl) as given
        where routine.pronamespace = 'pgsync'::regnamespace
            and routine.proname like 'capture\_%'
            and routine.prorettype = 'trigger'::regtype
            and given.grantee not in (0, routine.proowner)
            and not (
                given.privilege_type = 'EXECUTE'
                and not given.is_grantable
                and exists (
                    select
                    from pgsync.sources as source
                    inner join pg_catalog.pg_class as relation on relation.oid = source.source_table
                    where source.function_name = routine.proname
                        and source.attached
                        and source.trigger_kind = 'row'
                        and relation.relkind = 'p'
                        and relation.relowner = given.grantee
                )
            )
        union all
        select format('all on schema pgsync_read from %s', given.grantee::regrole)
        from pg_catalog.pg_namespace as namespace
        cross join lateral aclexplode(namespace.nspacl) as given
        where namespace.nspname = 'pgsync_read'
            and given.privilege_type = 'CREATE'
            and given.grantee not in (0, namespace.nspowner)
    loop
        execute 'revoke ' || v_right;
    end loop;

    -- Functions that are not readers, and readers of former owners. A role that attaches may be a member of
    -- several owners, and use what was lent for one to alter the reader of another: nothing it owns stays
    -- unless attach created it.
    for v_other in
        select
            routine.oid::regprocedure::text as signature,
            routine.proname as name,
            pgsync.is_new(routine.xmin) as is_new,
            exists (
                select
                from pgsync.sources as source
                where source.attached and source.reader = routine.proname
            ) as is_named
        from pg_catalog.pg_proc as routine
        where routine.pronamespace = 'pgsync_read'::regnamespace
            and not (
                pgsync.is_reader(routine.oid)
                and exists (
                    select
                    from pgsync.sources as source
                    where source.attached and source.reader = routine.proname
                )
            )
    loop
        if v_other.is_named and v_other.is_new and v_other.name is distinct from v_source.reader then
            raise exception 'the reader % is not the one that attach created', v_other.signature
                using errcode = 'insufficient_privilege';
        end if;
        begin
            execute 'drop function ' || v_other.signature;
        exception when dependent_objects_still_exist then
            -- Someone created a view on the reader long ago; nothing uses the reader through it.
            if v_other.is_new then
                raise;
            end if;
        end;
    end loop;

    if v_source.source_table is null or pgsync.owner_of(captured_table) is null then
        return;
    end if;
    if not pgsync.has_reader(captured_table, v_source.reader) then
        raise exception 'the reader of % was not created by attach', v_source.table_name
            using errcode = 'insufficient_privilege';
    end if;
    if v_source.trigger_kind = 'row' and exists (
        select from pg_catalog.pg_class as relation where relation.oid = captured_table and relation.relkind = 'p'
    ) then
        execute format(
            'grant execute on function pgsync.%I() to %I', v_source.function_name, pgsync.owner_of(captured_table)
        );
    end if;
    select format('%I on %s', present.trigger_name, present.target)
    into v_found
    from pgsync.present_triggers(v_source) as present
    where not present.is_wanted
    limit 1;
    if found then
        raise exception 'the trigger % calls the capture function of % but was not created by attach',
            v_found, v_source.table_name
            using errcode = 'insufficient_privilege';
    end if;
    if v_source.function_checksum <> '' then
        return;
    end if;

    execute format(
        'create or replace function pgsync.%I() returns trigger language plpgsql security definer %s as %L',
        v_source.function_name,
        case pgsync.capture_depends_on(v_source)
            -- Each pinned setting costs every statement of the application a little, so they are pinned only
            -- where they could change an image.
            when 'settings'
                then 'set search_path = pg_catalog, pgsync, pg_temp set datestyle = ''ISO, YMD'' '
                    || 'set intervalstyle = ''postgres'' set extra_float_digits = 1 set bytea_output = ''hex'' '
                    || 'set lc_monetary = ''C'' set quote_all_identifiers = off'
            else ''
        end,
        case v_source.trigger_kind
            when 'row' then pgsync.capture_by_row(v_source) else pgsync.capture_by_statement(v_source)
        end
    );
    execute format(
        'comment on function pgsync.%I() is %L',
        v_source.function_name,
        'Captures the changes of ' || v_source.table_name
    );
    execute format('revoke all on function pgsync.%I() from public', v_source.function_name);
    if v_role <> current_user then
        grant create on schema pgsync to pgsync_capture;
        execute format('alter function pgsync.%I() owner to %I', v_source.function_name, v_role);
        revoke create on schema pgsync from pgsync_capture;
    end if;
    update pgsync.sources as source
    set function_checksum = pgsync.capture_checksum(source.function_name)
    where source.source_table = captured_table;
end;
$$;

comment on function pgsync.finish_capture(regclass)
is 'Writes the capture function of a source once its triggers exist; the last part of attach.';
