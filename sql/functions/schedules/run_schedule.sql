create or replace function pgsync.run_schedule(name text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_own pgsync.sync_schedules;
    v_active bigint;
    v_job bigint;
begin
    select own.* into v_own from pgsync.sync_schedules as own where own.name = run_schedule.name for no key update;
    if not found then
        perform pgsync.refuse_schedule(run_schedule.name);
    end if;
    select active.id
    into v_active
    from pgsync.sync_jobs as active
    where active.kind = v_own.kind
        and active.subject = v_own.subject
        and active.state in ('pending', 'running', 'waiting');
    if found then
        raise exception 'job % of % has not ended yet', v_active, run_schedule.name
            using errcode = 'object_in_use',
            hint = format('Wait until it ends, or cancel it: select pgsync.cancel_job(%s);', v_active);
    end if;
    v_job := pgsync.request_job(v_own.kind, v_own.subject, v_own.type);
    insert into pgsync.sync_schedule_runs (schedule, outcome, job, noted_by)
    values (v_own.name, 'started', v_job, pgsync.actor());
    return v_job;
end;
$$;

comment on function pgsync.run_schedule(text)
is 'Starts the job of a schedule now, also of a disabled one; an error if one of its jobs is still active.';
