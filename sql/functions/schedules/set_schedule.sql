create or replace function pgsync.set_schedule(
    name text,
    kind text default null,
    cron text default null,
    time_zone text default null,
    subject text default null,
    type text default null,
    too_late_after interval default null,
    hours_setting text default null,
    enabled boolean default null
)
returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_own pgsync.sync_schedules;
begin
    select own.* into v_own from pgsync.sync_schedules as own where own.name = set_schedule.name for update;
    if not found and (set_schedule.kind is null or set_schedule.cron is null) then
        raise exception 'a new schedule needs a kind of job and a cron expression'
            using errcode = 'invalid_parameter_value',
            hint = 'For example: select pgsync.set_schedule(''nightly'', ''retention'', ''0 3 * * *'');';
    end if;
    insert into pgsync.sync_schedules as own (
        name, kind, cron, time_zone, subject, type, too_late_after, hours_setting, enabled
    )
    values (
        set_schedule.name,
        coalesce(set_schedule.kind, v_own.kind),
        coalesce(set_schedule.cron, v_own.cron),
        coalesce(set_schedule.time_zone, v_own.time_zone, 'UTC'),
        coalesce(nullif(coalesce(set_schedule.subject, v_own.subject), ''), 'all'),
        nullif(coalesce(set_schedule.type, v_own.type), ''),
        nullif(coalesce(set_schedule.too_late_after, v_own.too_late_after), interval '0'),
        nullif(coalesce(set_schedule.hours_setting, v_own.hours_setting), ''),
        coalesce(set_schedule.enabled, v_own.enabled, true)
    )
    on conflict on constraint sync_schedules_pkey do update
    set
        kind = excluded.kind,
        cron = excluded.cron,
        time_zone = excluded.time_zone,
        subject = excluded.subject,
        type = excluded.type,
        too_late_after = excluded.too_late_after,
        hours_setting = excluded.hours_setting,
        enabled = excluded.enabled
    returning own.next_run_at into v_own.next_run_at;
    return v_own.next_run_at;
end;
$$;

comment on function pgsync.set_schedule(text, text, text, text, text, text, interval, text, boolean)
is 'Creates a schedule or changes what is given; an empty text or interval 0 clears. Returns the next run.';
