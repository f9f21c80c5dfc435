-- Whatever changes when a schedule runs makes it forget the past: it is next due after now.
create or replace function pgsync.check_schedule()
returns trigger
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_complaint text := pgsync.cron_complaint(new.cron);
    v_kinds text;
begin
    if v_complaint is not null then
        raise exception 'invalid schedule: %', v_complaint
            using errcode = 'invalid_parameter_value',
            hint = 'For example, every day at 03:00 is 0 3 * * * and every five minutes is */5 * * * *.';
    end if;
    if not exists (
        select from pg_catalog.pg_timezone_names as zone where lower(zone.name) = lower(new.time_zone)
    ) then
        raise exception '% is not a time zone', quote_literal(new.time_zone)
            using errcode = 'invalid_parameter_value', hint = 'See pg_timezone_names.';
    end if;
    if not exists (select from pgsync.job_kinds() as known where known.kind = new.kind) then
        select string_agg(known.kind, ', ' order by known.kind) into v_kinds from pgsync.job_kinds() as known;
        raise exception 'no worker runs jobs of the kind %', quote_literal(new.kind)
            using errcode = 'invalid_parameter_value', hint = format('The kinds are: %s.', v_kinds);
    end if;

    if not exists (
        select
        from pgsync.sync_configuration as known
        where known.config_key = new.hours_setting and known.unit = 'hours'
    ) and new.hours_setting is not null then
        raise exception '% is not a setting of hours', quote_literal(new.hours_setting)
            using errcode = 'invalid_parameter_value',
            hint = 'See: select config_key from pgsync.sync_configuration where unit = ''hours'';';
    end if;

    if tg_op = 'UPDATE' and new is distinct from old then
        if (new.cron, new.time_zone, new.hours_setting, new.enabled)
            is distinct from (old.cron, old.time_zone, old.hours_setting, old.enabled)
        then
            new.next_run_at := null;
        end if;
        new.updated_at := clock_timestamp();
        new.updated_by := pgsync.actor();
    end if;
    if new.next_run_at is null and new.enabled then
        new.next_run_at := pgsync.schedule_next(new.cron, new.time_zone, new.hours_setting, clock_timestamp());
        if new.next_run_at is null then
            raise exception 'the schedule % would never run', new.name using errcode = 'invalid_parameter_value';
        end if;
    end if;
    return new;
end;
$$;

comment on function pgsync.check_schedule()
is 'Refuses schedules that cannot run, and makes a changed one due after now.';
