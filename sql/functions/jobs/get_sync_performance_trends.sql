create or replace function pgsync.get_sync_performance_trends()
returns table (
    day date,
    kind text,
    jobs bigint,
    completed bigint,
    failed bigint,
    success_rate numeric,
    average interval,
    rows_per_second numeric
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    job.finished_at::date as day,
    job.kind,
    count(*) as jobs,
    count(*) filter (where job.state = 'completed') as completed,
    count(*) filter (where job.state in ('partial', 'failed')) as failed,
    round(
        100.0 * count(*) filter (where job.state = 'completed')
        / nullif(count(*) filter (where job.state <> 'cancelled'), 0),
        1
    ) as success_rate,
    avg(job.finished_at - job.started_at) as average,
    round(
        sum(work.done) / nullif(extract(epoch from sum(job.finished_at - job.started_at)), 0)::numeric, 1
    ) as rows_per_second
from pgsync.sync_jobs as job
cross join lateral (
    select coalesce(sum(progress.done), 0) as done
    from pgsync.sync_progress as progress
    where progress.job = job.id
) as work
where job.finished_at > now() - interval '30 days' and job.started_at is not null
group by day, job.kind
order by day, job.kind;
$$;

comment on function pgsync.get_sync_performance_trends()
is 'For each of the last thirty days and each kind of job, how many ended how, and how fast they were.';
