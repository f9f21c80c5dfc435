create or replace function pgsync.capture_variables(
    source pgsync.sources, content text, image text, record_id text
)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_whole constant boolean := pgsync.capture_image(
        source.source_table, source.captured_columns, 'tg_relid'
    ) = 'pg_catalog.to_jsonb(pgsync_row)';
    v_parts text;
    v_key text;
begin
    select string_agg(format('pg_catalog.jsonb_build_object(%s)', part.arguments), ' operator(pg_catalog.||) ' order by part.place)
    into v_parts
    from (
        select
            (described.place - 1) / 40 as place,
            string_agg(
                format(
                    case described.treatment
                        when 'special' then '%L, pgsync.special_image(%s.%I)'
                        when 'json' then '%L, pgsync.special_image(%s.%I)'
                        when 'text' then '%L, %s.%I::pg_catalog.text'
                        else '%L, %s.%I'
                    end,
                    described.name,
                    content,
                    described.name
                ),
                ', ' order by described.place
            ) as arguments
        from (
            select shown.name, shown.treatment, row_number() over (order by shown.number) as place
            from pgsync.capture_columns(source.source_table) as shown
            where source.captured_columns is null or shown.name = any(source.captured_columns)
        ) as described
        group by (described.place - 1) / 40
    ) as part;

    select case count(*)
        when 1 then format('%s operator(pg_catalog.->>) %L', image, min(key.name))
        else format(
            'case when %1$s operator(pg_catalog.?&) %2$L::pg_catalog.text[] '
            || 'then pg_catalog.jsonb_build_array(%3$s)::pg_catalog.text end',
            image,
            array_agg(key.name),
            string_agg(format('%s operator(pg_catalog.->) %L', image, key.name), ', ' order by key.place)
        )
    end
    into v_key
    from unnest(source.key_columns) with ordinality as key (name, place);

    return case
        when v_whole then format(E'        %s := pg_catalog.to_jsonb(%s);\n', image, content)
        else format(
            $template$        begin
            %1$s := %2$s;
        exception when others then
            -- The columns are no longer what they were when this function was made.
            %1$s := pgsync.renamed_image(tg_relid, pg_catalog.to_jsonb(%3$s));
        end;
$template$,
            image,
            v_parts,
            content
        )
    end || format(
        E'        %1$s := coalesce(%2$s, pgsync.record_id_of(tg_relid, pg_catalog.to_jsonb(%3$s)));\n', record_id, v_key, content
    );
end;
$$;

comment on function pgsync.capture_variables(pgsync.sources, text, text, text)
is 'The part of a capture function that makes image and record_id of a row in a variable.';
