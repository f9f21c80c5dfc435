create or replace function pgsync.disable_schedule(name text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    update pgsync.sync_schedules as own
    set enabled = false, next_run_at = null
    where own.name = disable_schedule.name;
    if not found then
        perform pgsync.refuse_schedule(disable_schedule.name);
    end if;
end;
$$;

comment on function pgsync.disable_schedule(text)
is 'Disables a schedule until it is enabled again; a job that it has started is not ended.';
