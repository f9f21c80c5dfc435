-- Runs as the owner of the schema, so that whoever owns a table needs no right to create functions here.
-- The text is made here too and never taken from the caller. The function is given to pgsync_capture, which
-- may do nothing but add to the log: whatever a cast of a user's type does while an image is made, it does
-- with that role's rights.
create or replace function pgsync.install_capture(source pgsync.sources)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_text constant text := case source.trigger_kind
        when 'row' then pgsync.capture_by_row(source) else pgsync.capture_by_statement(source)
    end;
begin
    if source.function_name !~ '^capture_.*_[0-9]+$' then
        raise exception '% is not the name of a capture function', quote_ident(source.function_name)
            using errcode = 'invalid_parameter_value';
    end if;
    execute v_text;
    execute pgsync.backfill_text(source);
    execute format(
        'comment on function pgsync.%I() is %L', source.function_name, 'Captures the changes of ' || source.table_name
    );
    execute format(
        'revoke all on function pgsync.%I(), pgsync.%I(jsonb, bigint) from public',
        source.function_name,
        source.function_name || '_backfill'
    );
    -- Who creates a trigger must be allowed to run its function.
    if exists (select from pg_catalog.pg_roles as role where role.rolname = 'pgsync_operator') then
        execute format('grant execute on function pgsync.%I() to pgsync_operator', source.function_name);
    end if;
    if exists (
        select
        from pg_catalog.pg_roles as role
        where role.rolname = 'pgsync_capture' and pg_has_role(current_user, role.oid, 'MEMBER')
    ) then
        grant create on schema pgsync to pgsync_capture;
        execute format('alter function pgsync.%I() owner to pgsync_capture', source.function_name);
        execute format(
            'alter function pgsync.%I(jsonb, bigint) owner to pgsync_capture', source.function_name || '_backfill'
        );
        revoke create on schema pgsync from pgsync_capture;
    end if;

    insert into pgsync.sources (
        source_table, table_name, key_columns, captured_columns, trigger_kind, actions, before_image, every_version,
        function_name, function_checksum, shape, attached_by
    )
    values (
        source.source_table,
        source.table_name,
        source.key_columns,
        source.captured_columns,
        source.trigger_kind,
        source.actions,
        source.before_image,
        source.every_version,
        source.function_name,
        pgsync.capture_checksum(source.function_name),
        pgsync.table_shape(source.source_table),
        session_user
    )
    on conflict (source_table) do update set
        table_name = excluded.table_name,
        key_columns = excluded.key_columns,
        captured_columns = excluded.captured_columns,
        trigger_kind = excluded.trigger_kind,
        actions = excluded.actions,
        before_image = excluded.before_image,
        every_version = excluded.every_version,
        function_name = excluded.function_name,
        function_checksum = excluded.function_checksum,
        shape = excluded.shape,
        attached = true,
        attached_at = now(),
        attached_by = excluded.attached_by,
        detached_at = null;

    -- What is written from here on has to be captured.
    update pgsync.sources as known
    set counted = growth.counted
    from pgsync.capture_growth() as growth
    where growth.source_table = known.source_table and known.source_table = source.source_table;
end;
$$;

comment on function pgsync.install_capture(pgsync.sources)
is 'Creates the capture function of a source and enters it in the list; a part of attach.';
