-- With a setting of hours, cron chooses among the hours whose number since 1970 is a multiple of it.
create or replace function pgsync.schedule_next(
    cron text,
    time_zone text,
    hours_setting text,
    after timestamptz
)
returns timestamptz
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_hours constant bigint := case when hours_setting is not null then pgsync.configuration_integer(hours_setting) end;
    v_next timestamptz := pgsync.cron_next(cron, time_zone, after);
    v_hour bigint;
    v_tries integer := 0;
begin
    while v_next is not null and v_hours is not null loop
        v_hour := floor(extract(epoch from v_next) / 3600)::bigint;
        exit when v_hour % v_hours = 0;
        v_tries := v_tries + 1;
        if v_tries = 1000 then
            return null;
        end if;
        v_next := pgsync.cron_next(
            cron,
            time_zone,
            to_timestamp((v_hour / v_hours + 1) * v_hours * 3600) - interval '1 microsecond'
        );
    end loop;
    return v_next;
end;
$$;

comment on function pgsync.schedule_next(text, text, text, timestamptz)
is 'When a schedule runs next after a time; null if it never does.';
