create or replace function pgsync.remove_schedule(name text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.sync_schedules as own where own.name = remove_schedule.name;
    if not found then
        perform pgsync.refuse_schedule(remove_schedule.name);
    end if;
end;
$$;

comment on function pgsync.remove_schedule(text)
is 'Removes a schedule with the list of its runs; the jobs that it has started stay.';
