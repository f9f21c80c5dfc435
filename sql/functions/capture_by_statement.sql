-- One firing per statement, with all its rows at hand: the cheapest way, and the only one that sees the
-- keys of a statement as a set. Rows before and after an update are brought together by key, because the
-- key is what a record is: after "set id = id + 1" record 2 has the content that record 1 had.
create or replace function pgsync.capture_by_statement(source pgsync.sources)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_image constant text := pgsync.capture_image(
        source.source_table, source.captured_columns, 'tg_relid'
    );
    -- A whole row is compared as it is, and turned into an image only if it differs.
    v_whole constant boolean := v_image = 'to_jsonb(pgsync_row)';
    v_names constant text[] := array(
        select described.name
        from pgsync.capture_columns(source.source_table) as described
        where described.name = any(source.key_columns)
            or (not v_whole and described.name = any(coalesce(source.captured_columns, array[described.name])))
    );
    v_rows constant text := format(
        $template$(
                    select
                        coalesce(%s, pgsync.record_id_of(tg_relid, to_jsonb(pgsync_row))) as record_id,
                        %s
                    from %s, {rows} as pgsync_row
                )$template$,
        pgsync.capture_key(source.key_columns),
        case when v_whole then 'pgsync_row as content' else v_image || ' as image' end,
        pgsync.capture_absent(v_names)
    );
    -- Where each row becomes an image anyway, the key is read from that.
    v_imaged constant text := case
        when v_whole then (
            select format(
                $template$(
                    select coalesce(%s, pgsync.record_id_of(tg_relid, imaged.image)) as record_id, imaged.image
                    from (select to_jsonb(pgsync_row) as image from {rows} as pgsync_row offset 0) as imaged
                )$template$,
                case count(*)
                    when 1 then format('imaged.image ->> %L', min(key.name))
                    else format(
                        'case when num_nulls(%s) = 0 then jsonb_build_array(%s)::text end',
                        string_agg(format('imaged.image ->> %L', key.name), ', ' order by key.place),
                        string_agg(format('imaged.image -> %L', key.name), ', ' order by key.place)
                    )
                end
            )
            from unnest(source.key_columns) with ordinality as key (name, place)
        )
        else v_rows
    end;
    v_made_image constant text := case when v_whole then 'to_jsonb(made.content)' else 'made.image' end;
    v_gone_image constant text := case when v_whole then 'to_jsonb(gone.content)' else 'gone.image' end;
    v_many text;
begin
    select string_agg(
        format(
            E'    elsif tg_op = %1$L and not v_stale then%2$s    elsif tg_op = %1$L then%3$s',
            listed.operation,
            pgsync.capture_insert(change.list, 'tg_relid'),
            pgsync.capture_insert(pgsync.capture_reread(change.list), 'tg_relid')
        ),
        '' order by listed.operation
    )
    into v_many
    from (
        values
        ('INSERT', format(
            $template$                select made.record_id, 'create' as action, made.image, null::jsonb as old_image
                from %s as made$template$,
            replace(v_imaged, '{rows}', '{new}')
        )),
        ('UPDATE', format(
            $template$                select
                coalesce(made.record_id, gone.record_id) as record_id,
                case
                    when gone.record_id is null then 'create'
                    when made.record_id is null then 'delete'
                    else 'update'
                end as action,
                case when made.record_id is null then %1$s else %2$s end as image,
                case when made.record_id is not null then %3$s end as old_image
            from %4$s as made
            full join %5$s as gone on gone.record_id = made.record_id
            where made.record_id is null
                or gone.record_id is null
                or %6$s$template$,
            v_gone_image,
            v_made_image,
            case when source.before_image then v_gone_image else 'null::jsonb' end,
            replace(v_rows, '{rows}', '{new}'),
            replace(v_rows, '{rows}', '{old}'),
            case
                when v_whole then 'made.content *<> gone.content'
                else 'made.image is distinct from gone.image'
            end
        )),
        ('DELETE', format(
            $template$                select gone.record_id, 'delete' as action, gone.image, null::jsonb as old_image
                from %s as gone$template$,
            replace(v_imaged, '{rows}', '{old}')
        ))
    ) as listed (operation, changes)
    cross join lateral (
        select replace(replace(listed.changes, '{new}', 'new_rows'), '{old}', 'old_rows') as list
    ) as change;

    return pgsync.capture_frame(
        source,
        '',
        format(
            E'    if tg_op = ''TRUNCATE'' then%s%s    end if;\n', pgsync.capture_truncate('tg_relid'), v_many
        )
    );
end;
$$;

comment on function pgsync.capture_by_statement(pgsync.sources)
is 'The text of a capture function that fires once per statement.';
