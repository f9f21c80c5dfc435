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
    v_whole constant boolean := v_image = 'pg_catalog.to_jsonb(pgsync_row)';
    v_fallback constant text := 'pgsync.record_id_of(tg_relid, pg_catalog.to_jsonb(pgsync_row))';
    v_key constant text := pgsync.capture_key(source.source_table, source.key_columns);
    v_listed constant text := pgsync.capture_rows(
        pgsync.capture_absent(array(
            select described.name
            from pgsync.capture_columns(source.source_table) as described
            where described.name = any(source.key_columns)
                or (not v_whole and described.name = any(coalesce(source.captured_columns, array[described.name])))
        )),
        '{rows}',
        format('coalesce(%s, %s) as record_id', v_key, v_fallback) || case when v_whole then '' else ', ' || v_image || ' as image' end,
        case when v_whole then 'pgsync_row as content' end
    );
    -- Where the key is the only name, what stands for a column that is gone can be the answer itself, which costs
    -- nothing as long as it is there.
    v_imaged constant text := case
        when not v_whole then v_listed
        else pgsync.capture_rows(
            case cardinality(source.key_columns)
                when 1 then format('(values (%s)) as absent (%I)', v_fallback, source.key_columns[1])
                else pgsync.capture_absent(source.key_columns)
            end,
            '{rows}',
            format(
                case cardinality(source.key_columns) when 1 then '%s as record_id' else 'coalesce(%s, %s) as record_id' end,
                v_key,
                v_fallback
            ),
            'pg_catalog.to_jsonb(pgsync_row) as image'
        )
    end;
    v_made_image constant text := case when v_whole then 'pg_catalog.to_jsonb(made.content)' else 'made.image' end;
    v_gone_image constant text := case when v_whole then 'pg_catalog.to_jsonb(gone.content)' else 'gone.image' end;
    v_many text;
begin
    select string_agg(
        format(
            E'    %s tg_op operator(pg_catalog.=) %L then\n        if v_stale then%s        else%s        end if;\n',
            case listed.place when 1 then 'if' else 'elsif' end,
            listed.operation,
            pgsync.capture_insert(source, pgsync.capture_reread(change.list), 'tg_relid'),
            pgsync.capture_insert(source, change.list, 'tg_relid')
        ),
        '' order by listed.place
    )
    into v_many
    from (
        values
        (1, 'INSERT', format(
            $template$                select made.record_id, 'create' as action, made.image, null::pg_catalog.jsonb as old_image
                from (%s
                ) as made$template$,
            replace(v_imaged, '{rows}', '{new}')
        )),
        (2, 'UPDATE', format(
            $template$                select
                coalesce(made.record_id, gone.record_id) as record_id,
                case
                    when gone.record_id is null then 'create'
                    when made.record_id is null then 'delete'
                    else 'update'
                end as action,
                case when made.record_id is null then %1$s else %2$s end as image,
                case when made.record_id is not null then %3$s end as old_image
            from (%4$s
                ) as made
            full join (%5$s
                ) as gone on gone.record_id operator(pg_catalog.=) made.record_id
            where made.record_id is null
                or gone.record_id is null
                or %6$s$template$,
            v_gone_image,
            v_made_image,
            case when source.before_image then v_gone_image else 'null::pg_catalog.jsonb' end,
            replace(v_listed, '{rows}', '{new}'),
            replace(v_listed, '{rows}', '{old}'),
            case
                when v_whole then 'made.content operator(pg_catalog.*<>) gone.content'
                else 'made.image operator(pg_catalog.=) gone.image is not true'
            end
        )),
        (3, 'DELETE', format(
            $template$                select gone.record_id, 'delete' as action, gone.image, null::pg_catalog.jsonb as old_image
                from (%s
                ) as gone$template$,
            replace(v_imaged, '{rows}', '{old}')
        ))
    ) as listed (place, operation, changes)
    cross join lateral (
        select replace(replace(listed.changes, '{new}', 'new_rows'), '{old}', 'old_rows') as list
    ) as change;

    return pgsync.capture_frame(
        source,
        '',
        format(
            E'%s    else%s    end if;\n', v_many, pgsync.capture_truncate(source, 'tg_relid')
        )
    );
end;
$$;

comment on function pgsync.capture_by_statement(pgsync.sources)
is 'The text of a capture function that fires once per statement.';
