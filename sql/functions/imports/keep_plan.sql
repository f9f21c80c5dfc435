create or replace function pgsync.keep_plan(
    job bigint,
    stream text,
    wanted tstzmultirange,
    step text,
    newest_first boolean,
    finished_until timestamptz,
    sweeps boolean,
    message text default null
)
returns pgsync.import_plans
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_plan pgsync.import_plans;
begin
    if not (keep_plan.job % 2147483648)::integer = any(pgsync.held_jobs()) then
        raise exception 'this session does not run job %', keep_plan.job
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into pgsync.import_plans (job, stream, wanted, step, newest_first, finished_until, sweeps, message)
    values (
        keep_plan.job, keep_plan.stream, keep_plan.wanted, keep_plan.step, keep_plan.newest_first,
        keep_plan.finished_until, keep_plan.sweeps, keep_plan.message
    )
    on conflict on constraint import_plans_pkey do nothing;
    select own.*
    into v_plan
    from pgsync.import_plans as own
    where own.job = keep_plan.job and own.stream = keep_plan.stream;
    return v_plan;
end;
$$;

comment on function pgsync.keep_plan(bigint, text, tstzmultirange, text, boolean, timestamptz, boolean, text)
is 'Keeps what a job reads of a stream, unless that was decided before; returns what it reads.';
