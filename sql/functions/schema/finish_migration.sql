-- The last step of pgsync migrate, when objects and rights exist. It does what no file of sql/ can, since
-- none knows the generated functions.
create or replace function pgsync.finish_migration()
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
    -- The statements are composed with %I, regprocedure and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_capture constant name := pgsync.capture_role();
    v_routine record;
    v_statement text;
begin
    for v_routine in
        select
            routine.oid::regprocedure as signature,
            pg_get_userbyid(routine.proowner) as owner,
            routine.proretset as is_read_by_owner
        from pg_catalog.pg_proc as routine
        where routine.pronamespace = 'pgsync'::regnamespace
            and routine.proname in (
                select source.function_name || made.suffix
                from pgsync.sources as source
                cross join (values (''), ('_read')) as made (suffix)
            )
    loop
        execute format('revoke all on function %s from public', v_routine.signature);
        if v_routine.owner <> v_capture then
            execute format('grant create on schema pgsync to %I', v_capture);
            execute format('alter function %s owner to %I', v_routine.signature, v_capture);
            if v_capture <> current_user then
                execute format('revoke create on schema pgsync from %I', v_capture);
            end if;
        end if;
        if v_routine.is_read_by_owner and v_capture <> current_user then
            execute format('grant execute on function %s to %I', v_routine.signature, current_user);
        end if;
    end loop;

    -- A reader belongs to a table owner; if the current user can, it is closed and granted to capture again.
    for v_statement in
        select format(step.statement, routine.oid::regprocedure, v_capture)
        from pg_catalog.pg_proc as routine
        cross join (
            values ('revoke all on function %s from public'), ('grant execute on function %s to %I')
        ) as step (statement)
        where routine.pronamespace = 'pgsync_read'::regnamespace
            and pg_has_role(routine.proowner, 'usage')
    loop
        execute v_statement;
    end loop;

    -- Enabling the trigger of a partitioned table leaves those of its partitions as they are.
    for v_statement in
        select format(
            'alter table %s enable %s trigger %I', copied.tgrelid::regclass,
            case original.tgenabled when 'A' then 'always' else '' end, copied.tgname
        )
        from pg_catalog.pg_trigger as copied
        inner join pg_catalog.pg_trigger as original on original.oid = copied.tgparentid
        inner join pg_catalog.pg_class as relation on relation.oid = copied.tgrelid
        where relation.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
            and original.tgenabled in ('A', 'O')
            and copied.tgenabled <> original.tgenabled
    loop
        execute v_statement;
    end loop;

    -- Nobody writes to a new database yet. In others, pgsync migrate and workers do this in steps.
    if pgsync.last_id() = 0
        and not exists (select from pgsync.sources)
        and not exists (select from pgsync.sync_logs)
        and not (select part.is_separate from pgsync.open_end('sync_logs') as part)
    then
        perform pgsync.cut('sync_audit_log', 0, 4000000);
        perform pgsync.cut('sync_logs', 0, 250000);
        perform pgsync.make_ranges();
    end if;

    delete from pgsync.schema_objects;
    -- Of functions, those that have a file: the others come and go with tables and rules.
    insert into pgsync.schema_objects (kind, name, owner, rights, state, body)
    select present.kind, present.name, present.owner, present.rights, present.state, present.body
    from pgsync.present_objects() as present
    where case present.kind
        when 'function' then exists (
            select
            from pgsync.migrations as applied
            where applied.path = 'sql/functions/' || split_part(split_part(present.name, '.', 2), '(', 1) || '.sql'
        )
        when 'sequence' then not exists (
            select from pgsync.sources as source
            where present.name = format('pgsync.%I', source.function_name || '_nesting')
        )
        when 'table' then not exists (
            select from pg_catalog.pg_class as relation
            where relation.oid = to_regclass(present.name) and relation.relispartition
        )
        when 'trigger' then not exists (
            select
            from pg_catalog.pg_class as relation
            where relation.oid = to_regclass(substr(present.name, strpos(present.name, ' on ') + 4))
                and relation.relispartition
        )
        else true
    end;
end;
$$;

comment on function pgsync.finish_migration()
is 'Gives generated functions to their owners and records owners, rights, settings, triggers and bodies.';
