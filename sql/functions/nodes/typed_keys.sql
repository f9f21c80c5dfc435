-- Runs with the rights of its caller: values become those of the table's own types.
create or replace function pgsync.typed_keys(
    source_table regclass,
    key_columns text[],
    images jsonb,
    out record_ids text[],
    out keys jsonb
)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statement is composed with %I, %L and %s of a regclass.
    -- @plpgsql_check_options: security_warnings = off
begin
    execute format(
        $statement$
        select
            array_agg(typed.record_id order by typed.place),
            jsonb_agg(typed.key order by typed.place)
        from (
            select
                element.place,
                case when num_nulls(%3$s) = 0 then %1$s end as record_id,
                jsonb_build_object(%2$s) as key
            from jsonb_array_elements($1) with ordinality as element (content, place)
            cross join lateral jsonb_populate_record(null::%4$s, element.content) as came
        ) as typed
        $statement$,
        pgsync.key_expression(typed_keys.source_table, 'came.%I'),
        (
            select string_agg(format('%L, came.%I', key.name, key.name), ', ' order by key.place)
            from unnest(typed_keys.key_columns) with ordinality as key (name, place)
        ),
        (
            select string_agg(format('came.%I', key.name), ', ' order by key.place)
            from unnest(typed_keys.key_columns) with ordinality as key (name, place)
        ),
        typed_keys.source_table
    ) into record_ids, keys using images;
end;
$$;

comment on function pgsync.typed_keys(regclass, text[], jsonb)
is 'The record_id of each image and its key columns, by the types of the table; null if one is missing.';
