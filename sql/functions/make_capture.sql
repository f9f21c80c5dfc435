-- The function is given to pgsync_capture, which may do nothing but add to the log: whatever a cast of a
-- user's type does while an image is made, it does with that role's rights.
create or replace function pgsync.make_capture(source pgsync.sources)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The texts are put together with %I, %L and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_source pgsync.sources := source;
begin
    v_source.version := 1 + coalesce(
        (
            select max(earlier.version)
            from pgsync.source_versions as earlier
            where earlier.source_table = source.source_table
        ),
        0
    );
    execute case v_source.trigger_kind
        when 'row' then pgsync.capture_by_row(v_source) else pgsync.capture_by_statement(v_source)
    end;
    execute pgsync.backfill_text(v_source);
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

    v_source.function_checksum := pgsync.capture_checksum(source.function_name);
    v_source.shape := pgsync.table_shape(source.source_table);
    select
        coalesce(array_agg(part.relid order by part.relid), '{}'),
        coalesce(array_agg(pgsync.qualified_name(part.relid) order by part.relid), '{}')
    into v_source.parts, v_source.part_names
    from pg_partition_tree(source.source_table) as part
    where part.isleaf and part.relid <> source.source_table;

    insert into pgsync.source_versions (
        source_table, version, table_name, key_columns, captured_columns, trigger_kind, actions, before_image,
        every_version, shape
    )
    values (
        v_source.source_table,
        v_source.version,
        v_source.table_name,
        v_source.key_columns,
        v_source.captured_columns,
        v_source.trigger_kind,
        v_source.actions,
        v_source.before_image,
        v_source.every_version,
        v_source.shape
    );

    insert into pgsync.sources (
        source_table, table_name, key_columns, captured_columns, trigger_kind, actions, before_image, every_version,
        function_name, function_checksum, version, shape, parts, part_names
    )
    values (
        v_source.source_table,
        v_source.table_name,
        v_source.key_columns,
        v_source.captured_columns,
        v_source.trigger_kind,
        v_source.actions,
        v_source.before_image,
        v_source.every_version,
        v_source.function_name,
        v_source.function_checksum,
        v_source.version,
        v_source.shape,
        v_source.parts,
        v_source.part_names
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
        version = excluded.version,
        shape = excluded.shape,
        parts = excluded.parts,
        part_names = excluded.part_names,
        attached = true,
        attached_at = now(),
        attached_by = excluded.attached_by,
        detached_at = null;
end;
$$;

comment on function pgsync.make_capture(pgsync.sources)
is 'Writes the next version of a source: its function, and its entry in the list; a part of install_capture.';
