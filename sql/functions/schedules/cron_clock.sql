create or replace function pgsync.cron_clock(
    minutes integer[],
    hours integer[],
    days integer[],
    months integer[],
    weekdays integer[],
    needs_both boolean,
    first_clock timestamp
)
returns timestamp
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_day date := pgsync.cron_day(days, months, weekdays, needs_both, first_clock::date);
    v_minute integer;
begin
    if v_day = first_clock::date then
        v_minute := ceil(extract(epoch from first_clock::time) / 60)::integer;
        -- The first hour that has a chosen minute left.
        select min(
            hour * 60 + case
                when hour * 60 >= v_minute then minutes[1]
                else (select min(minute) from unnest(minutes) as minute where hour * 60 + minute >= v_minute)
            end
        )
        into v_minute
        from unnest(hours) as hour
        where hour * 60 + 59 >= v_minute;
        if v_minute is not null then
            return v_day + make_interval(mins => v_minute);
        end if;
        v_day := pgsync.cron_day(days, months, weekdays, needs_both, v_day + 1);
    end if;
    return v_day + make_interval(hours => hours[1], mins => minutes[1]);
end;
$$;

comment on function pgsync.cron_clock(
    integer[], integer[], integer[], integer[], integer[], boolean, timestamp
)
is 'The first time on the clock, from this one on, that a cron expression chooses; null if there is none.';
