create or replace function pgsync.remove_capture(function_name text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set client_min_messages = warning
as $$
declare
    -- Here, current_user is who owns this function.
    v_caller constant text := coalesce(nullif(current_setting('role'), 'none'), session_user::text);
    v_owner name;
begin
    select pgsync.owner_of(source.source_table)
    into v_owner
    from pgsync.sources as source
    where source.function_name = remove_capture.function_name;
    -- Also he must be able to call this himself: see install_capture.
    if not has_function_privilege(v_caller, 'pgsync.remove_capture(text)', 'execute')
        or (v_owner is not null and not pgsync.may_act_as(v_caller::name, v_owner))
    then
        raise exception '% can only be detached by its owner %',
            quote_ident(function_name), coalesce(quote_ident(v_owner), '')
            using errcode = 'insufficient_privilege';
    end if;
    if function_name !~ '^capture_.*_[0-9]+$' then
        raise exception '% is not a capture function', quote_ident(function_name)
            using errcode = 'invalid_parameter_value';
    end if;
    execute format('drop function if exists pgsync.%I()', function_name);
    execute format('drop function if exists pgsync.%I(text[], jsonb, bigint)', function_name || '_read');
    execute format('drop sequence if exists pgsync.%I', function_name || '_nesting');
    with detached as (
        update pgsync.sources as source
        set attached = false, detached_at = now(), synced = false
        where source.function_name = remove_capture.function_name and source.attached
        returning source.source_table
    )

    delete from pgsync.record_versions as known
    using detached
    where known.source_table = detached.source_table;
end;
$$;

comment on function pgsync.remove_capture(text)
is 'Drops a capture function that no trigger uses any more and marks its source detached; part of detach.';
