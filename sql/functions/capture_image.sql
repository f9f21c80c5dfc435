create or replace function pgsync.capture_image(source_table regclass, captured_columns text[], root text)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_treatments constant text[] := array(
        select described.treatment from pgsync.capture_columns(capture_image.source_table) as described
    );
    -- The whole row also has what is added later. A json text, which may be part of what is stored as its
    -- text, can make that fail.
    v_whole constant boolean := captured_columns is null and v_treatments <@ array['plain', 'special'];
    v_parts text;
    v_nulls text;
    v_names text[];
begin
    if v_whole and 'plain' = all(v_treatments) then
        return 'pg_catalog.to_jsonb(pgsync_row)';
    end if;

    -- A function takes a hundred arguments at most, so wide tables are put together from parts.
    select
        string_agg(format('pg_catalog.jsonb_build_object(%s)', part.arguments), ' operator(pg_catalog.||) ' order by part.place),
        string_agg(format('pg_catalog.num_nulls(%s)', part.names), ' operator(pg_catalog.+) ' order by part.place)
    into v_parts, v_nulls
    from (
        select
            (described.place - 1) / 40 as place,
            string_agg(quote_ident(described.name), ', ') as names,
            string_agg(
                format(
                    case described.treatment
                        when 'special' then '%L, pgsync.special_image(%I)'
                        when 'json' then '%L, pgsync.special_image(%I)'
                        when 'text' then '%L, %I::pg_catalog.text'
                        else '%L, %I'
                    end,
                    described.name,
                    described.name
                ),
                ', ' order by described.place
            ) as arguments
        from (
            select shown.name, shown.treatment, row_number() over (order by shown.number) as place
            from pgsync.capture_columns(capture_image.source_table) as shown
            where (capture_image.captured_columns is null or shown.name = any(capture_image.captured_columns))
                and not (v_whole and shown.treatment = 'plain')
        ) as described
        group by (described.place - 1) / 40
    ) as part;

    if v_whole then
        return 'pg_catalog.to_jsonb(pgsync_row) operator(pg_catalog.||) ' || v_parts;
    end if;

    -- A null may be a column that is gone: then the numbers of the columns tell which is which.
    v_names := array(
        select shown.name
        from pgsync.capture_columns(capture_image.source_table) as shown
        where capture_image.captured_columns is null or shown.name = any(capture_image.captured_columns)
    );
    return format(
        'case when %s operator(pg_catalog.>) 0 and (select pgsync.lacks_columns(%s, %L)) '
        || 'then pgsync.renamed_image(%2$s, pg_catalog.to_jsonb(pgsync_row)) else %4$s end',
        v_nulls,
        root,
        v_names,
        v_parts
    );
end;
$$;

comment on function pgsync.capture_image(regclass, text[], text)
is 'The SQL expression that makes the image of a row, to stand in capture_rows; null columns mean all.';
