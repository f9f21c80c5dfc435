create or replace function pgsync.cancel_job(job bigint)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_state text;
begin
    if exists (
        select
        from pgsync.sync_jobs as own
        where own.id = cancel_job.job and own.kind = 'import' and not pgsync.reaches(own.subject)
    ) then
        raise exception 'job % does not exist', cancel_job.job using errcode = 'undefined_object';
    end if;
    -- In the order in which a step of a backfill locks them.
    perform
    from pgsync.sync_progress as progress
    where progress.job = cancel_job.job and progress.state = 'running'
    for update;
    update pgsync.sync_jobs as own
    set
        cancel_requested_at = coalesce(own.cancel_requested_at, clock_timestamp()),
        cancel_requested_by = coalesce(own.cancel_requested_by, pgsync.actor())
    where own.id = cancel_job.job and own.finished_at is null
    returning own.state into v_state;
    if found then
        if exists (select from pgsync.job_holders(cancel_job.job)) then
            return v_state;
        end if;
        perform pgsync.finish_job(cancel_job.job, 'cancelled');
    end if;

    select own.state
    into v_state
    from pgsync.sync_jobs as own
    where own.id = cancel_job.job;
    if not found then
        raise exception 'job % does not exist', cancel_job.job using errcode = 'undefined_object';
    end if;
    return v_state;
end;
$$;

comment on function pgsync.cancel_job(bigint)
is 'Asks a running job to end, and ends one that nobody runs; returns its state after that.';
