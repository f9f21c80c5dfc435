-- In 40 years every day of a month falls on every day of the week, 29 February included.
create or replace function pgsync.cron_day(
    days integer[],
    months integer[],
    weekdays integer[],
    needs_both boolean,
    first_day date
)
returns date
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_this_month constant integer := (
        extract(year from first_day) * 12 + extract(month from first_day) - 1
    )::integer;
    v_start date;
    v_length integer;
    v_last_weekday integer;
    v_found date;
begin
    for v_month in v_this_month..v_this_month + 40 * 12 loop
        continue when v_month % 12 + 1 <> all (months);
        v_start := make_date(v_month / 12, v_month % 12 + 1, 1);
        v_length := make_date((v_month + 1) / 12, (v_month + 1) % 12 + 1, 1) - v_start;
        v_last_weekday := v_length - greatest(extract(isodow from v_start + v_length - 1)::integer - 5, 0);

        select min(place.day)
        into v_found
        from (
            select
                v_start + number - 1 as day,
                array[
                    number,
                    case when number = v_length then 32 end,
                    case when number = v_last_weekday then 33 end
                ] as as_day,
                array[
                    week.day,
                    week.day + 7 * ((number + 6) / 7),
                    case when number + 7 > v_length then week.day + 7 * 6 end
                ] as as_weekday
            from generate_series(1, v_length) as number
            cross join lateral (select extract(dow from v_start + number - 1)::integer as day) as week
        ) as place
        where place.day >= first_day
            and case
                when needs_both then place.as_day && days and place.as_weekday && weekdays
                else place.as_day && days or place.as_weekday && weekdays
            end;
        if v_found is not null then
            return v_found;
        end if;
    end loop;
    return null;
end;
$$;

comment on function pgsync.cron_day(integer[], integer[], integer[], boolean, date)
is 'The first day from this one on that a cron expression chooses; null if there will never be one.';
