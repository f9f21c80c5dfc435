create or replace function pgsync.image_ids(target regclass, key_columns text[], images jsonb)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statement is composed with %I and %s of a regclass.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_ids text[];
begin
    execute format(
        $statement$
        select array(
            select pgsync.short_id(jsonb_build_array(%s)::text)
            from jsonb_array_elements($1) as element (content)
            cross join lateral jsonb_populate_record(null::%s, element.content) as came
        )
        $statement$,
        (select string_agg(format('came.%I::text', key.name), ', ' order by key.place)
        from unnest(image_ids.key_columns) with ordinality as key (name, place)),
        image_ids.target
    ) into v_ids using image_ids.images;
    return v_ids;
end;
$$;

comment on function pgsync.image_ids(regclass, text[], jsonb)
is 'The keys of images, each as an array in JSON of the texts of its columns.';
