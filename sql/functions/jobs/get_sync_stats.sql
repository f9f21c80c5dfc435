create or replace function pgsync.get_sync_stats(days_back integer default 7)
returns table (
    kind text,
    jobs bigint,
    active bigint,
    completed bigint,
    partial bigint,
    failed bigint,
    cancelled bigint,
    resumed bigint,
    success_rate numeric,
    shortest interval,
    average interval,
    longest interval,
    last_finished_at timestamptz
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    job.kind,
    count(*) as jobs,
    count(*) filter (where job.finished_at is null) as active,
    count(*) filter (where job.state = 'completed') as completed,
    count(*) filter (where job.state = 'partial') as partial,
    count(*) filter (where job.state = 'failed') as failed,
    count(*) filter (where job.state = 'cancelled') as cancelled,
    count(*) filter (where job.attempts > 1) as resumed,
    round(
        100.0 * count(*) filter (where job.state = 'completed')
        / nullif(count(*) filter (where job.state in ('completed', 'partial', 'failed')), 0),
        1
    ) as success_rate,
    min(job.finished_at - job.started_at) as shortest,
    avg(job.finished_at - job.started_at) as average,
    max(job.finished_at - job.started_at) as longest,
    max(job.finished_at) as last_finished_at
from pgsync.sync_jobs as job
where job.requested_at > now() - make_interval(days => get_sync_stats.days_back) or job.finished_at is null
group by job.kind
order by job.kind;
$$;

comment on function pgsync.get_sync_stats(integer)
is 'For each kind of job, how those of the last days ended and how long they took; active ones count always.';
