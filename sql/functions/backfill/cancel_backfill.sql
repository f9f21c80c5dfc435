create or replace function pgsync.cancel_backfill(progress_id bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_job bigint;
begin
    select progress.job
    into v_job
    from pgsync.sync_progress as progress
    where progress.id = progress_id and progress.kind = 'backfill' and progress.state = 'running'
    for update;
    if not found then
        return false;
    end if;
    update pgsync.sync_jobs as job
    set cancel_requested_at = clock_timestamp(), cancel_requested_by = pgsync.actor()
    where job.id = v_job and job.cancel_requested_at is null;
    perform pgsync.finish_job(v_job, 'cancelled');
    return true;
end;
$$;

comment on function pgsync.cancel_backfill(bigint)
is 'Cancels a backfill; what it has added to the log stays there.';
