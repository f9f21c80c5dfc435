-- Halves images that fail together until those that make them fail are found. What no image is to blame for,
-- such as a lock or a missing right, is raised.
create or replace function pgsync.apply_isolated(
    target regclass,
    key_columns text[],
    columns text[],
    images jsonb,
    first_place integer default 0
)
returns table (added bigint, updated bigint, failures jsonb)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_number constant integer := jsonb_array_length(images);
    v_half constant integer := v_number / 2;
    v_class text;
    v_message text;
    v_column text;
    v_first record;
    v_second record;
begin
    begin
        return query
        select applied.added, applied.updated, '[]'::jsonb
        from pgsync.apply_images(target, key_columns, columns, images) as applied;
        return;
    exception when others then
        get stacked diagnostics v_column = column_name;
        v_class := pgsync.image_error_class(sqlstate);
        v_message := sqlerrm;
        if v_class is null then
            raise;
        end if;
    end;

    if v_number = 1 then
        added := 0;
        updated := 0;
        failures := jsonb_build_array(jsonb_build_object(
            'place', first_place,
            'error_class', v_class,
            'error_message', left(v_message, 1000),
            'error_column', nullif(v_column, '')
        ));
        return next;
        return;
    end if;
    select part.*
    into v_first
    from pgsync.apply_isolated(
        target, key_columns, columns, jsonb_path_query_array(images, '$[0 to $last]', jsonb_build_object('last', v_half - 1)),
        first_place
    ) as part;
    select part.*
    into v_second
    from pgsync.apply_isolated(
        target, key_columns, columns,
        jsonb_path_query_array(images, '$[$first to last]', jsonb_build_object('first', v_half)),
        first_place + v_half
    ) as part;
    added := v_first.added + v_second.added;
    updated := v_first.updated + v_second.updated;
    failures := v_first.failures || v_second.failures;
    return next;
end;
$$;

comment on function pgsync.apply_isolated(regclass, text[], text[], jsonb, integer)
is 'Like apply_images, but images that make it fail are found, returned with why, and left out.';
