create or replace function pgsync.request_queue_job(
    kind text,
    state text default null,
    source regclass default null,
    error_class text default null,
    min_age interval default null,
    reason text default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_subject text := 'all';
    v_job bigint;
begin
    if coalesce(request_queue_job.kind not in ('retry', 'resolve'), true) then
        raise exception 'a job on the queue is retry or resolve, not %', request_queue_job.kind
            using errcode = 'invalid_parameter_value';
    elsif request_queue_job.kind = 'resolve' and coalesce(request_queue_job.reason, '') !~ '[^[:space:]]' then
        raise exception 'a reason is required to resolve changes' using errcode = 'invalid_parameter_value';
    elsif length(request_queue_job.reason) > 600 then
        raise exception 'a reason must not exceed 600 characters; this one has %', length(request_queue_job.reason)
            using errcode = 'invalid_parameter_value';
    end if;
    if request_queue_job.source is not null then
        v_subject := pgsync.qualified_name(request_queue_job.source);
    end if;
    if exists (
        select
        from pgsync.sync_jobs as active
        where active.kind = request_queue_job.kind
            and active.subject = v_subject
            and active.state in ('pending', 'running', 'waiting')
    ) then
        raise exception 'a job of kind % for % is under way', request_queue_job.kind, v_subject
            using errcode = 'object_not_in_prerequisite_state', hint = 'See pgsync jobs list.';
    end if;
    v_job := pgsync.request_job(request_queue_job.kind, v_subject);
    insert into pgsync.queue_jobs (
        job, state, source_table, error_class, captured_before, reason, last_change
    )
    select
        v_job, request_queue_job.state, request_queue_job.source, request_queue_job.error_class,
        clock_timestamp() - request_queue_job.min_age, request_queue_job.reason,
        coalesce(max(queue.log_id), 0)
    from pgsync.sync_queue as queue
    on conflict on constraint queue_jobs_pkey do nothing;
    if not found then
        raise exception 'a job of kind % for % is under way', request_queue_job.kind, v_subject
            using errcode = 'object_not_in_prerequisite_state', hint = 'See pgsync jobs list.';
    end if;
    return v_job;
end;
$$;

comment on function pgsync.request_queue_job(text, text, regclass, text, interval, text)
is 'Asks for a job that retries or resolves all changes that match, in batches; returns its number.';
