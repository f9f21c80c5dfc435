create or replace function pgsync.list_words(numbers integer[], names text[] default null)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_count constant integer := cardinality(numbers);
    v_distance constant integer := numbers[2] - numbers[1];
    -- Many at one distance: 0, 7, 14 and so on to 56.
    v_is_even constant boolean := v_count > 5 and v_distance > 1
        and numbers = array(select generate_series(numbers[1], numbers[v_count], v_distance));
begin
    return (
        select
            regexp_replace(
                string_agg(
                    case run.last - run.first
                        when 0 then run.first_name
                        when 1 then run.first_name || ', ' || run.last_name
                        else run.first_name || ' to ' || run.last_name
                    end,
                    ', ' order by run.first
                ),
                ', ([^,]+)$',
                case when v_is_even then ' and so on to \1' else ' and \1' end
            )
        from (
            select
                min(item.number) as first,
                max(item.number) as last,
                coalesce(names[min(item.number)], min(item.number)::text) as first_name,
                coalesce(names[max(item.number)], max(item.number)::text) as last_name
            from (
                -- Neighbours are equally far from their places.
                select
                    member.number,
                    member.number - member.place as lead
                from unnest(numbers) with ordinality as member (number, place)
                where not v_is_even or member.place <= 3 or member.place = v_count
            ) as item
            group by item.lead
        ) as run
    );
end;
$$;

comment on function pgsync.list_words(integer[], text[])
is 'A sorted list in words: 1, 3 and 5 to 9. Each number can have a name.';
