create or replace function pgsync.current_images(changed_table oid, record_ids text[])
returns table (record_id text, image jsonb)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The text is put together with %I, %L and regclass.
    -- @plpgsql_check_options: security_warnings = off, extra_warnings = off
declare
    v_root constant regclass := coalesce(pg_partition_root(changed_table::regclass), changed_table);
    v_source pgsync.sources;
    v_match text;
begin
    select source.* into v_source from pgsync.sources as source where source.source_table = v_root;

    -- The keys are compared as what they are, not as text, so that the index of the table serves.
    select format(
        case count(*)
            when 1 then '(%1$s) in (select key::%2$s from unnest($1) as key)'
            else '(%1$s) in (select %3$s from unnest($1) as key)'
        end,
        string_agg('pgsync_row.' || quote_ident(shaped.present_name), ', ' order by key.place),
        min(shaped.present_type),
        string_agg(
            format('(key::jsonb ->> %s)::%s', key.place - 1, shaped.present_type), ', ' order by key.place
        )
    )
    into v_match
    from unnest(v_source.key_columns) with ordinality as key (name, place)
    inner join pgsync.shape_columns(v_root, v_source.shape) as shaped on shaped.name = key.name;

    return query execute format(
        '%s where %s',
        pgsync.capture_rows(
            pgsync.capture_absent(
                v_source.key_columns || array(
                    select described.name from pgsync.capture_columns(v_root) as described
                )
            ),
            pgsync.capture_scope(v_root) || v_root::text,
            format(
                'coalesce(%s, pgsync.record_id_of(%s, to_jsonb(pgsync_row))) as record_id, %s as image',
                pgsync.capture_key(v_root, v_source.key_columns),
                v_root::oid,
                pgsync.capture_image(v_root, v_source.captured_columns, v_root::oid::text)
            ),
            null
        ),
        v_match
    ) using record_ids;
end;
$$;

comment on function pgsync.current_images(oid, text[])
is 'The images of records as they stand in their table now.';
