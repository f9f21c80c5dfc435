-- Runs with the rights of its caller. Rows that came with the same columns are written together, so that one
-- that lacks a column leaves it as it is, or gets its default.
create or replace function pgsync.write_records_plainly(
    source_table regclass,
    key_columns text[],
    columns text[],
    images jsonb
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_group record;
    v_groups jsonb;
    v_failures jsonb := '[]'::jsonb;
begin
    v_groups := (
        select coalesce(jsonb_agg(to_jsonb(own)), '[]')
        from (
            select
                sorted.names,
                jsonb_agg(sorted.content order by sorted.place) as images,
                jsonb_agg(sorted.place order by sorted.place) as places
            from (
                select
                    element.place - 1 as place,
                    element.content,
                    array(
                        select name.word
                        from jsonb_object_keys(element.content) as name (word)
                        where name.word = any(write_records_plainly.columns)
                        order by name.word collate "C"
                    ) as names
                from jsonb_array_elements(write_records_plainly.images) with ordinality as element (content, place)
            ) as sorted
            group by sorted.names
        ) as own
    );
    for i in 0 .. jsonb_array_length(v_groups) - 1
    loop
        select applied.*
        into v_group
        from pgsync.apply_isolated(
            source_table,
            key_columns,
            array(select jsonb_array_elements_text(v_groups -> i -> 'names')),
            v_groups -> i -> 'images'
        ) as applied;
        v_failures := v_failures || (
            select coalesce(
                jsonb_agg(
                    failure.content
                    || jsonb_build_object('place', v_groups -> i -> 'places' -> (failure.content ->> 'place')::integer)
                ),
                '[]'
            )
            from jsonb_array_elements(v_group.failures) as failure (content)
        );
    end loop;
    return v_failures;
end;
$$;

comment on function pgsync.write_records_plainly(regclass, text[], text[], jsonb)
is 'Inserts and updates rows by their key, each as it is; returns which could not be written, and why.';
