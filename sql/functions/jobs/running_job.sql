create or replace function pgsync.running_job(job bigint)
returns pgsync.sync_jobs
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_job pgsync.sync_jobs;
begin
    if not (running_job.job % 2147483648)::integer = any(pgsync.held_jobs()) then
        raise exception 'this session does not run job %', running_job.job
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'Begin it again, which resumes it: see pgsync.begin_job.';
    end if;
    -- In the order in which a step of a backfill locks them.
    perform from pgsync.sync_progress as progress where progress.job = running_job.job for update;
    select own.*
    into v_job
    from pgsync.sync_jobs as own
    where own.id = running_job.job
    for update;
    if v_job.finished_at is not null then
        raise exception 'job % has ended: it is %', running_job.job, v_job.state
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    return v_job;
end;
$$;

comment on function pgsync.running_job(bigint)
is 'The job that this session runs, locked; an error if it does not run it or the job has ended.';
