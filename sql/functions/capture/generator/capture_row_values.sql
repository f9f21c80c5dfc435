-- A column that is gone is an error of the expression, and one that is of another type than it was makes it
-- null before anything of that type is touched. Then the owner's reader makes json of the row: see
-- capture_moved_rows.
create or replace function pgsync.capture_row_values(
    source pgsync.sources, content text, image text, record_id text
)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$        begin
            %1$s := null;
            if %2$s then
                %1$s := %3$s;
                %4$s := %5$s;
            end if;
        exception when undefined_column or datatype_mismatch then
            %1$s := null;
        end;
        if %1$s is null then
            perform pgsync.check_reader(%6$L);
            %1$s := pgsync_read.%6$I(v_root, %7$s);
            %4$s := pgsync.record_id_of(v_root, %1$s);
            %1$s := pgsync.renamed_image(v_root, %1$s);
            v_stale := true;
        end if;
$template$,
    capture_row_values.image,
    format('pgsync.keeps_columns(%L) and ', source.function_name) || (
        select string_agg(
            case
                when captured.treatment = 'text'
                    then format('pg_catalog.num_nulls(%s.%I) operator(pg_catalog.>=) 0', content, captured.column_name)
                when attribute.atttypid = captured.base_type
                    then format(
                        'pg_catalog.pg_typeof(%s.%I)::pg_catalog.oid operator(pg_catalog.=) ''%s''',
                        content,
                        captured.column_name,
                        captured.base_type
                    )
                else format('pgsync.has_type(%s.%I, ''%s'')', content, captured.column_name, captured.base_type)
            end,
            ' and ' order by captured.number
        )
        from pgsync.captured_columns(source) as captured
        inner join pg_catalog.pg_attribute as attribute
            on attribute.attrelid = source.source_table and attribute.attnum = captured.number
    ),
    -- A function takes a hundred arguments at most, so wide tables are put together from parts.
    (
        select string_agg(
            format('pg_catalog.jsonb_build_object(%s)', part.arguments), ' operator(pg_catalog.||) ' order by part.place
        )
        from (
            select
                (numbered.place - 1) / 40 as place,
                string_agg(
                    quote_literal(numbered.name) || ', '
                    || format(
                        pgsync.capture_value(numbered.treatment), content || '.' || quote_ident(numbered.column_name)
                    ),
                    ', ' order by numbered.place
                ) as arguments
            from (
                select captured.*, row_number() over (order by captured.number) as place
                from pgsync.captured_columns(source) as captured
            ) as numbered
            group by (numbered.place - 1) / 40
        ) as part
    ),
    capture_row_values.record_id,
    (
        select case count(*)
            when 1 then format('%s operator(pg_catalog.->>) %L', image, min(key.name))
            else format(
                'pg_catalog.jsonb_build_array(%s)::pg_catalog.text',
                string_agg(format('%s operator(pg_catalog.->) %L', image, key.name), ', ' order by key.place)
            )
        end
        from unnest(source.key_columns) with ordinality as key (name, place)
    ),
    source.reader,
    capture_row_values.content
);
$$;

comment on function pgsync.capture_row_values(pgsync.sources, text, text, text)
is 'The part of a capture function that builds the image and record_id of a row in a variable.';
