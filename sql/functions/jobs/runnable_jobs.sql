create or replace function pgsync.runnable_jobs(kinds text[])
returns table (job bigint, kind text)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    active.id,
    active.kind
from pgsync.sync_jobs as active
where active.state in ('pending', 'running', 'waiting')
    and active.kind = any(runnable_jobs.kinds)
    and (
        active.attempts < 2
        or active.heartbeat_at + least(interval '1 second' * 2 ^ least(active.attempts, 20), interval '1 hour')
        < clock_timestamp()
    )
    and coalesce(active.waits_until <= clock_timestamp(), true)
    and (not active.attended or active.heartbeat_at < clock_timestamp() - interval '1 hour')
    -- The process that was given its key runs it within seconds, unless it has ended: see take_given_job.
    and not exists (
        select
        from pgsync.import_jobs as asked
        where asked.job = active.id
            and asked.holds_key
            and greatest(active.requested_at, active.heartbeat_at, active.waits_until)
            > clock_timestamp() - interval '1 minute'
    )
    and (active.kind <> 'import' or pgsync.reaches(active.subject))
    and not exists (select from pgsync.job_holders(active.id));
$$;

comment on function pgsync.runnable_jobs(text[])
is 'The jobs of these kinds that are pending or interrupted, and that somebody may run now.';
