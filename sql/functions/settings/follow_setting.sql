-- With the rights of the owner: who may change a setting may thereby change when a schedule runs.
create or replace function pgsync.follow_setting()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    update pgsync.sync_schedules as schedule
    set next_run_at = null
    where schedule.hours_setting = new.config_key and schedule.enabled;
    return null;
end;
$$;

comment on function pgsync.follow_setting()
is 'Makes schedules that follow a changed setting due after now.';
