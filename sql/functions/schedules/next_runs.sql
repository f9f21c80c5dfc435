create or replace function pgsync.next_runs(
    cron text,
    time_zone text,
    runs integer default 5,
    after timestamptz default clock_timestamp(),
    hours_setting text default null
)
returns table (run_at timestamptz, clock timestamp, is_moved boolean)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_cron constant record := pgsync.parse_cron(cron);
begin
    if pgsync.cron_complaint(cron) is not null then
        raise exception 'invalid schedule: %', pgsync.cron_complaint(cron)
            using errcode = 'invalid_parameter_value',
            hint = 'For example, every day at 03:00 is 0 3 * * * and every five minutes is */5 * * * *.';
    end if;
    run_at := after;
    for v_run in 1..least(next_runs.runs, 1000) loop
        run_at := pgsync.schedule_next(cron, time_zone, hours_setting, run_at);
        exit when run_at is null;
        clock := run_at at time zone time_zone;
        is_moved := clock <> pgsync.cron_clock(
            v_cron.minutes, v_cron.hours, v_cron.days, v_cron.months, v_cron.weekdays, v_cron.needs_both, clock
        );
        return next;
    end loop;
end;
$$;

comment on function pgsync.next_runs(text, text, integer, timestamptz, text)
is 'The next times a schedule runs, also by its clocks, and which are moved because clocks skip the time.';
