create or replace function pgsync.queue_job_changes(job bigint, most integer)
returns bigint[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(array_agg(listed.log_id order by listed.log_id), array[]::bigint[])
from (
    select waiting.log_id
    from pgsync.queue_jobs as own
    inner join pgsync.sync_jobs as job on own.job = job.id
    inner join pgsync.waiting_changes as waiting
        on waiting.log_id > own.done_through and waiting.log_id <= own.last_change
    where own.job = queue_job_changes.job
        and (own.state is null or waiting.state = own.state)
        and (own.source_table is null or waiting.source_table::oid = own.source_table)
        and (
            own.error_class is null
            or waiting.error_class like replace(replace(own.error_class, '_', '\_'), '*', '%')
        )
        and (own.captured_before is null or waiting.captured_at < own.captured_before)
        -- Only what has failed can be retried, and no TRUNCATE that has begun can be resolved.
        and (job.kind <> 'retry' or waiting.error_class is not null)
        and (
            job.kind <> 'resolve'
            or waiting.action <> 'truncate'
            or not exists (select from pgsync.truncate_steps as step where step.log_id = waiting.log_id)
            and not exists (select from pgsync.sources as source where source.truncated_through = waiting.log_id)
        )
    order by waiting.log_id
    limit queue_job_changes.most
) as listed;
$$;

comment on function pgsync.queue_job_changes(bigint, integer)
is 'The next changes that a job on the queue is about.';
