-- All that holds a lock for more than a moment was done before. Views follow the table and not its name, so
-- those of sync_audit_log, which becomes a part under a new parent, are made again from their own text.
create or replace function pgsync.cut(table_name text, from_id bigint, until_id bigint)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statements are composed with %I, %L and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_parent regclass := format('pgsync.%I', cut.table_name)::regclass;
    v_end record;
    v_name text := pgsync.next_range_name(cut.table_name);
    v_bound constant text := 'stays_below_' || cut.until_id;
    v_views text[] := array[]::text[];
    v_statement text;
    v_foreign regclass;
    v_open regclass;
begin
    v_end := pgsync.open_end(cut.table_name);
    execute format('lock table only %s in access exclusive mode', v_parent);
    if v_end.part = v_parent then
        select own.oid::regclass
        into v_foreign
        from pgsync.views_of(v_parent) as view
        inner join pg_catalog.pg_class as own on own.oid = view.oid
        where own.relkind <> 'v' or not pg_has_role(own.relowner, 'usage')
        limit 1;
        if found then
            raise exception 'view % reads % and cannot be created again here', v_foreign, v_parent
                using errcode = 'object_not_in_prerequisite_state',
                hint = 'Drop it, run pgsync migrate, and create it again.';
        end if;
        v_views := array(
            select format(
                'create or replace view %I.%I %s as %s', own.relnamespace::regnamespace, own.relname,
                'with (' || array_to_string(own.reloptions, ', ') || ')', pg_get_viewdef(own.oid)
            )
            from pgsync.views_of(v_parent) as view
            inner join pg_catalog.pg_class as own on own.oid = view.oid
        );
        perform pgsync.replace_by_parent(v_parent, v_name);
        v_parent := format('pgsync.%I', cut.table_name)::regclass;
        v_end.part := format('pgsync.%I', v_name)::regclass;
    else
        execute format('lock table only %s in access exclusive mode', v_end.part);
        execute format('alter table %s detach partition %s', v_parent, v_end.part);
        if v_end.is_separate then
            perform pgsync.rename_range(v_end.part, v_name);
        else
            v_name := (select relation.relname::text from pg_catalog.pg_class as relation where relation.oid = v_end.part);
        end if;
    end if;

    execute format(
        'alter table %s attach partition %s for values from (%s) to (%s)', v_parent, v_end.part,
        case cut.from_id when 0 then 'minvalue' else cut.from_id::text end, cut.until_id
    );
    execute format('alter table %s drop constraint if exists %I', v_end.part, v_bound);
    perform pgsync.guard_range(
        v_end.part, format('%s: ids from %s until %s.', cut.table_name, cut.from_id, cut.until_id)
    );
    insert into pgsync.id_ranges (table_name, range_name, from_id, until_id)
    values (cut.table_name, v_name, cut.from_id, cut.until_id);

    execute format('create table pgsync.%I partition of %s default', cut.table_name || '_open', v_parent);
    v_open := format('pgsync.%I', cut.table_name || '_open')::regclass;
    perform pgsync.guard_range(v_open, format('%s: the open end, which should be empty.', cut.table_name));
    foreach v_statement in array v_views
    loop
        execute v_statement;
    end loop;
end;
$$;

comment on function pgsync.cut(text, bigint, bigint)
is 'Makes the open end a range with this bound, and a new open end; its caller has checked that it fits.';
