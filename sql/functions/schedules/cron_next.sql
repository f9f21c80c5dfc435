-- By the rules of Debian's cron. A fixed time runs once: at the first moment if clocks show it twice, after
-- the gap if they skip it. With a star in front of minute or hour, it runs whenever clocks show its times.
create or replace function pgsync.cron_next(expression text, time_zone text, after timestamptz)
returns timestamptz
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    -- Not two days: in the zone of the session they may have 47 hours.
    v_reach constant interval := interval '48 hours';
    v_cron record;
    v_from timestamptz := after + interval '1 microsecond';
    v_clock timestamp := v_from at time zone time_zone;
    v_next timestamp;
    v_run timestamptz;
    v_change timestamptz;
begin
    if expression is null or time_zone is null or after is null or not isfinite(after) then
        return null;
    end if;
    v_cron := pgsync.parse_cron(expression);
    if v_cron.complaint is not null then
        raise exception 'invalid schedule: %', v_cron.complaint
            using errcode = 'invalid_parameter_value',
            hint = 'For example, every day at 03:00 is 0 3 * * * and every five minutes is */5 * * * *.';
    end if;

    loop
        v_next := pgsync.cron_clock(
            v_cron.minutes, v_cron.hours, v_cron.days, v_cron.months, v_cron.weekdays, v_cron.needs_both,
            v_clock
        );
        exit when v_next is null;
        if v_cron.is_fixed then
            v_run := pgsync.first_moment(v_next, time_zone);
            if v_run > after then
                return v_run;
            end if;
            v_clock := v_next + interval '1 minute';
        else
            -- That holds unless clocks are changed until then. Long before the run only a change in the next
            -- two days matters: it can repeat what was chosen just now; a later one repeats nothing chosen.
            v_run := (v_next - (v_clock - (v_from at time zone 'UTC'))) at time zone 'UTC';
            v_change := pgsync.clock_change(time_zone, v_from, least(v_run, v_from + v_reach));
            if v_change is null and v_run <= v_from + v_reach then
                return v_run;
            end if;
            v_from := coalesce(v_change, v_run - v_reach);
            v_clock := v_from at time zone time_zone;
        end if;
    end loop;
    return null;
end;
$$;

comment on function pgsync.cron_next(text, text, timestamptz)
is 'When a cron expression runs next after a time, by the clocks of a time zone; null if it never does.';
