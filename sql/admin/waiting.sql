-- What waits, by source: how much, since when, and what went wrong last.
set search_path to pg_catalog, pg_temp;

select
    log.source_table as source,
    queue.sync_status,
    count(*) as changes,
    min(log.captured_at) as oldest,
    date_trunc('second', now() - min(log.captured_at)) as age,
    count(*) filter (where queue.scheduled_at > now()) as scheduled,
    max(queue.retry_count) as most_retries,
    (array_agg(queue.error_message order by queue.last_sync_attempt desc nulls last))[1] as last_error
from pgsync.sync_queue as queue
inner join pgsync.sync_logs as log on queue.log_id = log.id
group by log.source_table, queue.sync_status
order by oldest;
