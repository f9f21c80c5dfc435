create or replace function pgsync.write_items(
    target regclass,
    key_columns text[],
    columns text[],
    private_columns text[],
    images jsonb,
    item_ids text[]
)
returns table (added bigint, updated bigint, unchanged bigint, written_items text[], failures jsonb)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_number constant integer := jsonb_array_length(write_items.images);
    v_applied record;
    v_failed integer[];
begin
    if v_number = 0 then
        return query select 0::bigint, 0::bigint, 0::bigint, '{}'::text[], '[]'::jsonb;
        return;
    end if;
    select applied.*
    into v_applied
    from pgsync.apply_isolated(write_items.target, write_items.key_columns, write_items.columns, write_items.images)
        as applied;
    if v_applied.failures = '[]' then
        return query
        select
            v_applied.added, v_applied.updated, v_number - v_applied.added - v_applied.updated, write_items.item_ids,
            '[]'::jsonb;
        return;
    end if;
    v_failed := array(
        select (failure.content ->> 'place')::integer from jsonb_array_elements(v_applied.failures) as failure (content)
    );
    return query
    select
        v_applied.added,
        v_applied.updated,
        v_number - v_applied.added - v_applied.updated - cardinality(v_failed),
        array(
            select item.id
            from unnest(write_items.item_ids) with ordinality as item (id, place)
            where item.place - 1 <> all(v_failed)
        ),
        (
            select jsonb_agg(failure.content || jsonb_build_object(
                'item_id', write_items.item_ids[(failure.content ->> 'place')::integer + 1],
                'payload', (write_items.images -> (failure.content ->> 'place')::integer)
                - coalesce(write_items.private_columns, '{}')
            ))
            from jsonb_array_elements(v_applied.failures) as failure (content)
        );
end;
$$;

comment on function pgsync.write_items(regclass, text[], text[], text[], jsonb, text[])
is 'Writes images of items; returns what came of them, which were written, and which failed and why.';
