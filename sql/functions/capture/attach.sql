create or replace function pgsync.attach(
    source_table regclass,
    key_columns text[] default null,
    columns text[] default null,
    exclude text[] default null,
    kind text default 'auto',
    actions text[] default array['create', 'update', 'delete', 'truncate'],
    before_image boolean default false,
    site_column text default null,
    image_key text default null,
    posts boolean default null,
    backfill boolean default false,
    dry_run boolean default false,
    patience interval default '30 seconds'
)
returns setof text
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set check_function_bodies = on
set quote_all_identifiers = off
as $$
    -- The steps are composed with %I and regclass by attach_steps.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_owner constant name := pgsync.owner_of(source_table);
    v_role constant text := current_setting('role');
    v_source pgsync.sources;
    v_known pgsync.sources;
    v_step text;
    v_steps text[];
    v_reader text[];
begin
    v_source := pgsync.planned_source(
        source_table, key_columns, columns, exclude, kind, actions, before_image, site_column, image_key,
        posts
    );
    perform pgsync.check_source(v_source);
    if not (pgsync.may_act_as(current_user, v_owner) and pg_has_role(v_owner, 'usage')) then
        raise exception '% can only be attached by its owner %, and % cannot act as that role',
            v_source.table_name,
            quote_ident(v_owner), quote_ident(current_user)
            using errcode = 'insufficient_privilege',
            hint = format('Connect as %I, or have an administrator run: grant %1$I to %2$I;', v_owner, current_user);
    end if;
    select known.* into v_known from pgsync.sources as known where known.source_table = attach.source_table;

    if pgsync.is_captured(v_source) then
        return next 'already attached with these options';
    else
        if not dry_run then
            perform pgsync.lock_patiently(attach.source_table, patience, exists (
                select
                from pgsync.attach_steps(v_source) as step (statement)
                where step.statement like 'drop trigger %'
            ));
            perform pgsync.install_capture(v_source);
        end if;
        return next case when dry_run then 'would create' else 'created' end
            || format(' function pgsync.%I()', v_source.function_name);
        v_steps := array(select * from pgsync.attach_steps(v_source));
        v_reader := array[]::text[];
        if not pgsync.has_reader(attach.source_table, v_source.reader) then
            return next case when dry_run then 'would create' else 'created' end
                || format(' function pgsync_read.%I', v_source.reader);
            v_reader := pgsync.reader_steps(v_source.reader);
        end if;
        if not dry_run then
            -- The owner's reader must belong to the owner.
            perform set_config('role', v_owner, true);
            foreach v_step in array v_reader
            loop
                execute v_step;
            end loop;
            perform set_config('role', v_role, true);
            foreach v_step in array v_steps
            loop
                execute v_step;
            end loop;
            perform pgsync.finish_capture(attach.source_table);
        end if;
        return query select step.statement from unnest(v_steps) as step (statement);
    end if;

    -- An earlier function with another name has no trigger left.
    if not dry_run and v_known.function_name <> v_source.function_name then
        perform pgsync.remove_capture(v_known.function_name);
    end if;

    if backfill and dry_run then
        return next 'would start a backfill';
    elsif backfill then
        return next format(
            'started backfill %s; to continue: pgsync backfill %s',
            pgsync.start_backfill(attach.source_table),
            quote_literal(v_source.table_name)
        );
    end if;
end;
$$;

comment on function pgsync.attach(
    regclass, text[], text[], text[], text, text[], boolean, text, text, boolean, boolean, boolean, interval
)
is 'Captures every change of a table from now on, or changes how; returns what was or would be done.';
