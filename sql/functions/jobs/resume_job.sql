create or replace function pgsync.resume_job(id bigint, ends_wait boolean default false)
returns table (job bigint, kind text, subject text, type text, attempts integer)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_job pgsync.sync_jobs;
begin
    -- In the order in which a step of a backfill locks them.
    perform from pgsync.sync_progress as progress where progress.job = resume_job.id for update;
    select active.*
    into v_job
    from pgsync.sync_jobs as active
    where active.id = resume_job.id and active.finished_at is null
    for update skip locked;
    if not found
        or exists (select from pgsync.job_holders(v_job.id))
        or v_job.kind = 'import' and not pgsync.reaches(v_job.subject)
    then
        return;
    -- Whoever ran it meanwhile may have left it to wait.
    elsif v_job.waits_until > clock_timestamp() and not resume_job.ends_wait then
        return;
    elsif v_job.cancel_requested_at is not null then
        perform pgsync.finish_job(v_job.id, 'cancelled');
        return;
    elsif not pgsync.hold_job(v_job.id) then
        return;
    end if;
    update pgsync.sync_jobs as own
    set
        state = 'running',
        attended = false,
        attempts = own.attempts + 1,
        started_at = coalesce(own.started_at, clock_timestamp()),
        heartbeat_at = clock_timestamp(),
        error_class = null,
        error_message = null,
        waits_until = null,
        wait_class = null,
        wait_reason = null
    where own.id = v_job.id;
    return query select v_job.id, v_job.kind, v_job.subject, v_job.type, v_job.attempts + 1;
end;
$$;

comment on function pgsync.resume_job(bigint, boolean)
is 'Begins or resumes a job in this session; nothing if somebody runs it, or if it waits or has ended.';
