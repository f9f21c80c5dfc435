-- The functions are given to pgsync_capture, which may do nothing but add to the log. Bodies are literals, so
-- no name in them can end one.
create or replace function pgsync.make_capture(source pgsync.sources)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set check_function_bodies = on
set quote_all_identifiers = off
as $$
    -- The texts are composed with %I, %L and regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_source pgsync.sources := source;
    v_role constant name := pgsync.capture_role();
    v_reader constant text := source.function_name || '_read';
    v_nesting constant text := source.function_name || '_nesting';
begin
    perform pgsync.check_capture_role();
    v_source.version := 1 + coalesce(
        (
            select max(earlier.version)
            from pgsync.source_versions as earlier
            where earlier.source_table = source.source_table
        ),
        0
    );
    if to_regclass('pgsync.' || quote_ident(v_nesting)) is null then
        execute format('create sequence pgsync.%I', v_nesting);
    end if;
    execute format('grant usage, update on sequence pgsync.%I to %I', v_nesting, v_role);

    -- Whoever creates the triggers must be allowed to run their function, so until they are there it does
    -- nothing: finish_capture writes it.
    if v_source.function_checksum = '' then
        execute format(
            'create or replace function pgsync.%I() returns trigger language plpgsql as %L',
            source.function_name,
            'begin return null; end'
        );
    end if;
    execute format(
        'create or replace function pgsync.%I(record_ids text[], after_key jsonb, row_limit bigint) '
        'returns table (record_id text, image jsonb, key jsonb) language plpgsql stable security definer as %L',
        v_reader,
        pgsync.capture_read_text(v_source)
    );
    execute format('comment on function pgsync.%I is %L', v_reader, 'Reads rows of ' || source.table_name);
    execute format(
        'comment on sequence pgsync.%I is %L', v_nesting, 'Notes statements within statements that write to ' || source.table_name
    );
    execute format('revoke all on function pgsync.%I from public', v_reader);
    if v_role <> current_user then
        grant create on schema pgsync to pgsync_capture;
        execute format('alter function pgsync.%I owner to %I', v_reader, v_role);
        revoke create on schema pgsync from pgsync_capture;
        execute format('grant execute on function pgsync.%I to %I', v_reader, current_user);
    end if;

    select
        coalesce(array_agg(part.relid order by part.relid), '{}'),
        coalesce(array_agg(pgsync.qualified_name(part.relid) order by part.relid), '{}')
    into v_source.parts, v_source.part_names
    from pg_partition_tree(source.source_table) as part
    where part.isleaf and part.relid <> source.source_table;

    insert into pgsync.source_versions (
        source_table, version, table_name, key_columns, captured_columns, trigger_kind, actions, before_image, shape,
        posts
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
        v_source.shape,
        v_source.posts
    );

    insert into pgsync.sources (
        source_table, table_name, key_columns, captured_columns, trigger_kind, actions, before_image,
        site_column, image_key, posts, function_name, function_checksum, reader, version, shape, parts, part_names
    )
    values (
        v_source.source_table,
        v_source.table_name,
        v_source.key_columns,
        v_source.captured_columns,
        v_source.trigger_kind,
        v_source.actions,
        v_source.before_image,
        v_source.site_column,
        v_source.image_key,
        v_source.posts,
        v_source.function_name,
        v_source.function_checksum,
        v_source.reader,
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
        site_column = excluded.site_column,
        image_key = excluded.image_key,
        posts = excluded.posts,
        function_name = excluded.function_name,
        function_checksum = excluded.function_checksum,
        reader = excluded.reader,
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
is 'Writes the next version of a source: its functions and its row in the list; part of install_capture.';
