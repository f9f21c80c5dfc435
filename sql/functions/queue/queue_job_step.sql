create or replace function pgsync.queue_job_step(job bigint, most integer default 500)
returns table (done bigint, has_more boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job pgsync.sync_jobs;
    v_own pgsync.queue_jobs;
    v_changes bigint[];
    v_changed bigint;
begin
    v_job := pgsync.running_job(queue_job_step.job);
    select own.*
    into v_own
    from pgsync.queue_jobs as own
    where own.job = v_job.id;
    if not found then
        raise exception 'job % does not say which changes it is about', v_job.id
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'Ask for it with pgsync.request_queue_job.';
    end if;
    v_changes := pgsync.queue_job_changes(v_job.id, queue_job_step.most);
    if cardinality(v_changes) > 0 then
        if v_job.kind = 'retry' then
            v_changed := pgsync.retry_changes(v_changes);
        else
            -- The worker does it, so the reason says who asked for it.
            v_changed := pgsync.skip_changes(
                v_changes, format('%s (job %s of %s)', v_own.reason, v_job.id, v_job.requested_by)
            );
        end if;
        update pgsync.queue_jobs as own
        set done_through = v_changes[cardinality(v_changes)], changed = own.changed + v_changed
        where own.job = v_job.id
        returning own.changed into v_own.changed;
    end if;
    return query select v_own.changed, cardinality(v_changes) = queue_job_step.most;
end;
$$;

comment on function pgsync.queue_job_step(bigint, integer)
is 'Retries or resolves the next changes that a job is about; how many so far, and if there may be more.';
