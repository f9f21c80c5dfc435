-- Days that have no number of their own get one. Day of month: 32 is the last day, 33 the last from Monday to
-- Friday. Day of week: Sunday is 0 and Monday 1; each week adds 7, so that 15 is the second Monday, and the
-- sixth week stands for the last one of the month.
create or replace function pgsync.parse_cron_field(
    field text,
    place integer,
    out chosen integer[],
    out complaint text
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_lowest constant integer := (array[0, 0, 1, 1, 0])[place];
    v_highest constant integer := (array[59, 23, 31, 12, 7])[place];
    v_names constant text[] := case place
        when 4 then array['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
        when 5 then array['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
    end;
    v_terms constant text[] := string_to_array(field, ',');
    v_term text;
    v_parts text[];
    v_first integer;
    v_last integer;
    v_step integer;
begin
    chosen := '{}';
    for v_index in 1..cardinality(v_terms) loop
        v_term := v_terms[v_index];
        if v_names is not null and v_term ~ '[A-Z]{3}' then
            for v_name in 1..cardinality(v_names) loop
                v_term := regexp_replace(
                    v_term, '\m' || v_names[v_name] || '\M', (v_lowest + v_name - 1)::text, 'g'
                );
            end loop;
        end if;

        if place = 3 and v_term in ('L', 'LW') then
            chosen := chosen || case v_term when 'L' then 32 else 33 end;
            continue;
        end if;

        v_parts := regexp_match(v_term, '^([0-7])(?:#([1-5])|L)$');
        if place = 5 and v_parts is not null then
            chosen := chosen || v_parts[1]::integer % 7 + 7 * coalesce(v_parts[2]::integer, 6);
            continue;
        end if;

        v_parts := regexp_match(v_term, '^(?:\*|([0-9]{1,4})(?:-([0-9]{1,4}))?)(?:/([0-9]{1,4}))?$');
        v_first := coalesce(v_parts[1]::integer, v_lowest);
        -- A number with a step, 5/10, goes on to the end, as the star does.
        v_last := case
            when v_parts[2] is not null then v_parts[2]::integer
            when v_parts[1] is null or v_parts[3] is not null then v_highest
            else v_first
        end;
        v_step := coalesce(v_parts[3]::integer, 1);
        complaint := case
            when v_parts is null then 'is not understood; write *, 5, 1-5, */2, 1-5/2'
                || case place
                    when 3 then ', L (the last day), LW (the last weekday)'
                    when 4 then ', JAN'
                    when 5 then ', MON, MON#2 (the second Monday), 5L (the last Friday)'
                    else ''
                end
                || ' or a list of these'
            when v_first not between v_lowest and v_highest or v_last > v_highest
                then format('is not from %s to %s', v_lowest, v_highest)
            when v_last < v_first then 'ends before it begins'
                || case when place = 5 then '; Sunday can be 7, too' else '' end
            when v_step = 0 then 'has a step of zero'
        end;
        if complaint is not null then
            complaint := format(
                '%s (field %s): %L %s',
                (array['minute', 'hour', 'day of month', 'month', 'day of week'])[place],
                place,
                v_terms[v_index],
                complaint
            );
            return;
        end if;
        chosen := chosen || array(
            select case when place = 5 then number % 7 else number end
            from generate_series(v_first, v_last, v_step) as number
        );
    end loop;
    chosen := array(select distinct number from unnest(chosen) as number order by number);
end;
$$;

comment on function pgsync.parse_cron_field(text, integer)
is 'The numbers that one of the five fields of a cron expression chooses, or why it chooses none.';
