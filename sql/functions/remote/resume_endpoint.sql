-- Jobs that wait for it may be run at once, and the breaker is given a probe.
create or replace function pgsync.resume_endpoint(endpoint text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_was_stopped boolean;
begin
    select
        own.paused_at is not null
        or own.breaker_state <> 'closed'
        or coalesce(own.limited_until > clock_timestamp(), false)
    into v_was_stopped
    from pgsync.endpoints as own
    where own.name = resume_endpoint.endpoint
    for update;
    if not found or not pgsync.reaches(resume_endpoint.endpoint) then
        raise exception 'there is no endpoint %', resume_endpoint.endpoint using errcode = 'undefined_object';
    end if;
    update pgsync.endpoints as own
    set
        paused_at = null,
        paused_by = null,
        pause_reason = null,
        limited_until = null,
        next_probe_at = case when own.breaker_state <> 'closed' then clock_timestamp() end
    where own.name = resume_endpoint.endpoint;
    update pgsync.sync_jobs as job
    set waits_until = null
    where job.kind = 'import' and job.subject = resume_endpoint.endpoint and job.waits_until is not null;
    return v_was_stopped;
end;
$$;

comment on function pgsync.resume_endpoint(text)
is 'Lets an endpoint be called again, also before the time it asked for; false if nothing had stopped it.';
