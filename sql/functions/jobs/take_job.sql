-- A job that keeps losing its session is taken less and less often: it may be what ends the session.
create or replace function pgsync.take_job(kinds text[])
returns table (job bigint, kind text, subject text, type text, attempts integer)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_seen record;
    v_job pgsync.sync_jobs;
begin
    for v_seen in select runnable.job from pgsync.runnable_jobs(take_job.kinds) as runnable order by runnable.job loop
        -- In the order in which a step of a backfill locks them.
        perform from pgsync.sync_progress as progress where progress.job = v_seen.job for update;
        select active.*
        into v_job
        from pgsync.sync_jobs as active
        where active.id = v_seen.job and active.finished_at is null
        for update skip locked;
        continue when not found or exists (select from pgsync.job_holders(v_job.id));
        if v_job.cancel_requested_at is not null then
            perform pgsync.finish_job(v_job.id, 'cancelled');
            continue;
        end if;
        continue when not pgsync.hold_job(v_job.id);
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
        return;
    end loop;
end;
$$;

comment on function pgsync.take_job(text[])
is 'Begins or resumes in this session the oldest job of these kinds that nobody runs, if there is one.';
