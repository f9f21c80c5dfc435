create or replace function pgsync.cron_days_words(days integer[], weekdays integer[], needs_both boolean)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_names constant text[] := array[
        'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'
    ];
    v_any_day constant boolean := days @> array(select generate_series(1, 31));
    v_any_weekday constant boolean := weekdays @> array(select generate_series(0, 6));
    v_plain integer[];
    v_days text;
    v_weekdays text;
begin
    if v_any_day and v_any_weekday or not needs_both and (v_any_day or v_any_weekday) then
        return null;
    end if;

    v_plain := array(select number from unnest(days) as number where number <= 31);
    v_days := concat_ws(
        ' and ',
        case cardinality(v_plain) when 1 then 'on day ' else 'on days ' end || pgsync.list_words(v_plain),
        case when 32 = any(days) then 'on the last day of the month' end,
        case when 33 = any(days) then 'on the last weekday of the month' end
    );
    -- The week begins on Monday here.
    v_weekdays := concat_ws(
        ' and ',
        'on ' || pgsync.list_words(
            array(
                select coalesce(nullif(number, 0), 7) as place
                from unnest(weekdays) as number
                where number < 7
                order by place
            ),
            array(select name || 's' from unnest(v_names) as name)
        ),
        (
            select
                string_agg(
                    format(
                        'on the %s %s of the month',
                        (array['first', 'second', 'third', 'fourth', 'fifth', 'last'])[number / 7],
                        v_names[coalesce(nullif(number % 7, 0), 7)]
                    ),
                    ' and ' order by number
                )
            from unnest(weekdays) as number
            where number >= 7
        )
    );
    return case
        when v_any_day then v_weekdays
        when v_any_weekday then v_days
        when needs_both then v_days || ' but only ' || v_weekdays
        else v_days || ' and ' || v_weekdays
    end;
end;
$$;

comment on function pgsync.cron_days_words(integer[], integer[], boolean)
is 'The days that a cron expression chooses, in words; null if it chooses every day.';
