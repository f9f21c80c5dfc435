create or replace function pgsync.begin_job(
    kind text,
    subject text,
    type text default null,
    trigger text default null,
    correlation_id text default null
)
returns table (job bigint, resumed boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_id bigint;
    v_job pgsync.sync_jobs;
    v_holder integer;
begin
    if begin_job.kind = 'import' and not pgsync.reaches(begin_job.subject) then
        raise exception 'there is no import %', begin_job.subject using errcode = 'undefined_object';
    end if;
    loop
        v_id := pgsync.request_job(
            begin_job.kind, begin_job.subject, begin_job.type, begin_job.trigger, begin_job.correlation_id
        );
        -- In the order in which a step of a backfill locks them.
        perform from pgsync.sync_progress as progress where progress.job = v_id for update;
        select active.*
        into v_job
        from pgsync.sync_jobs as active
        where active.id = v_id and active.finished_at is null
        for update;
        continue when not found;

        select holder.pid into v_holder from pgsync.job_holders(v_job.id) as holder (pid) limit 1;
        if v_holder is not null then
            raise exception '% of % is already running as job %', kind, subject, v_job.id
                using errcode = 'lock_not_available',
                detail = format('It is run by server process %s.', v_holder),
                hint = format('Wait until it ends, or ask it to: select pgsync.cancel_job(%s);', v_job.id);
        end if;
        exit when v_job.cancel_requested_at is null;
        -- Its session ended before it saw the request.
        perform pgsync.finish_job(v_job.id, 'cancelled');
    end loop;

    if not pgsync.hold_job(v_job.id) then
        raise exception 'the lock of job % is held by a session that is not part of pgsync', v_job.id
            using errcode = 'lock_not_available', hint = 'select * from pgsync.foreign_locks();';
    end if;
    update pgsync.sync_jobs as own
    set
        state = 'running',
        attended = true,
        attempts = own.attempts + 1,
        started_at = coalesce(own.started_at, clock_timestamp()),
        heartbeat_at = clock_timestamp(),
        error_class = null,
        error_message = null,
        waits_until = null,
        wait_class = null,
        wait_reason = null
    where own.id = v_job.id;
    return query select v_job.id, v_job.attempts > 0;
end;
$$;

comment on function pgsync.begin_job(text, text, text, text, text)
is 'Begins or resumes a job in this session, which runs it while it lives; an error if another runs it.';
