create or replace function pgsync.enable_schedule(name text)
returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_next timestamptz;
begin
    update pgsync.sync_schedules as own
    set enabled = true
    where own.name = enable_schedule.name
    returning own.next_run_at into v_next;
    if not found then
        perform pgsync.refuse_schedule(enable_schedule.name);
    end if;
    return v_next;
end;
$$;

comment on function pgsync.enable_schedule(text)
is 'Enables a schedule and returns when it runs next; what was due while it was disabled does not run.';
