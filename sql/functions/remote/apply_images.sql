-- Runs with the rights of its caller, who must be able to write the table. A row that is there as it came is
-- not written, so that capture sees only what has changed.
create or replace function pgsync.apply_images(
    target regclass,
    key_columns text[],
    columns text[],
    images jsonb
)
returns table (added bigint, updated bigint)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statement is composed with %I and %s of a regclass; the images are a parameter.
    -- @plpgsql_check_options: security_warnings = off, performance_warnings = off, extra_warnings = off
declare
    v_columns text;
    v_images text;
    v_key text;
    v_image_key text;
    v_same_key text;
    v_change text;
    v_statement text;
begin
    select
        string_agg(format('%I', listed.name), ', ' order by listed.place),
        string_agg(format('came.%I', listed.name), ', ' order by listed.place),
        'nothing'
    into v_columns, v_images, v_change
    from unnest(apply_images.columns) with ordinality as listed (name, place);
    select
        string_agg(format('%I', listed.name), ', ' order by listed.place),
        string_agg(format('came.%I', listed.name), ', ' order by listed.place),
        string_agg(format('present.%I = image.%1$I', listed.name), ' and ' order by listed.place)
    into v_key, v_image_key, v_same_key
    from unnest(apply_images.key_columns) with ordinality as listed (name, place);
    if not apply_images.columns <@ apply_images.key_columns then
        select format(
            'update set %s where row(%s) is distinct from row(%s)',
            string_agg(format('%I = excluded.%1$I', listed.name), ', ' order by listed.place),
            string_agg(format(compared.form, 'present', listed.name), ', ' order by listed.place),
            string_agg(format(compared.form, 'excluded', listed.name), ', ' order by listed.place)
        )
        into v_change
        from unnest(apply_images.columns) with ordinality as listed (name, place)
        cross join lateral (
            -- These have no equality, or one of sizes; nor have arrays of them.
            select case
                when exists (
                    select
                    from pg_catalog.pg_attribute as field
                    where field.attrelid = apply_images.target
                        and field.attname = listed.name
                        and pgsync.base_type(field.atttypid) in (
                            'json'::regtype, 'xml'::regtype, 'point'::regtype, 'line'::regtype, 'lseg'::regtype,
                            'box'::regtype, 'path'::regtype, 'polygon'::regtype, 'circle'::regtype, 'json[]'::regtype,
                            'xml[]'::regtype, 'point[]'::regtype, 'box[]'::regtype, 'polygon[]'::regtype
                        )
                )
                    then '%s.%I::text'
                else '%s.%I'
            end as form
        ) as compared
        where listed.name <> all(apply_images.key_columns);
    end if;

    v_statement := format(
        $statement$
        with image as materialized (
            select distinct on (%1$s) %2$s
            from jsonb_array_elements($1) with ordinality as element (content, place)
            cross join lateral jsonb_populate_record(null::%3$s, element.content) as came
            order by %1$s, element.place desc
        ),
        known as materialized (
            select count(*) as number from image inner join %3$s as present on %4$s
        ),
        written as (
            insert into %3$s as present (%5$s) overriding system value
            select * from image
            on conflict (%6$s) do %7$s
            returning 1
        ),
        counted as (
            select
                (select count(*) from image) - (select known.number from known) as added,
                (select count(*) from written) as written
        )
        select counted.added, greatest(counted.written - counted.added, 0) from counted
        $statement$,
        v_image_key, v_images, apply_images.target, v_same_key, v_columns, v_key, v_change
    );
    -- Triggers of the table find what they find for an application.
    perform set_config(
        'search_path',
        (select own.reset_val from pg_catalog.pg_settings as own where own.name = 'search_path'),
        true
    );
    return query execute v_statement using apply_images.images;
end;
$$;

comment on function pgsync.apply_images(regclass, text[], text[], jsonb)
is 'Inserts and updates rows by their key from images, the last of a key; returns how many of each.';
