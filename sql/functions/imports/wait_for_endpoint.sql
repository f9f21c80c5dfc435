create or replace function pgsync.wait_for_endpoint(
    job bigint,
    wait interval,
    message text,
    error_class text default null
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.running_job(wait_for_endpoint.job);
    update pgsync.sync_jobs as own
    set
        state = 'waiting',
        -- Whoever waits for its end waits with it, and workers go on.
        attended = false,
        -- Without an end, a person ends it: see resume_endpoint.
        waits_until = coalesce(clock_timestamp() + wait_for_endpoint.wait, 'infinity'),
        heartbeat_at = clock_timestamp(),
        wait_reason = left(wait_for_endpoint.message, 1000),
        wait_class = wait_for_endpoint.error_class,
        attempts = 1,
        passing_errors = 0
    where own.id = wait_for_endpoint.job;
    update pgsync.sync_progress as progress
    set message = wait_for_endpoint.message, updated_at = clock_timestamp()
    where progress.job = wait_for_endpoint.job and progress.state = 'running';
end;
$$;

comment on function pgsync.wait_for_endpoint(bigint, interval, text, text)
is 'Leaves the job of this session until a wait is over; without one, until its endpoint is resumed.';
