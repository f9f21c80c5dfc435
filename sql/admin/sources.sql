-- What is captured, how, and how many of its changes wait.
set search_path to pg_catalog, pg_temp;

with waiting as (
    select
        log.source_table,
        count(*) as changes,
        count(*) filter (where queue.sync_status = 'failed') as failed
    from pgsync.sync_queue as queue
    inner join pgsync.sync_logs as log on queue.log_id = log.id
    group by log.source_table
)

select
    source.table_name as source,
    source.attached,
    array_to_string(source.key_columns, ', ') as key,
    coalesce(array_to_string(source.captured_columns, ', '), 'all') as columns,
    source.trigger_kind,
    array_to_string(source.actions, ', ') as actions,
    source.before_image,
    coalesce(waiting.changes, 0) as waiting,
    coalesce(waiting.failed, 0) as failed,
    coalesce(source.detached_at, source.attached_at) as since,
    source.attached_by
from pgsync.sources as source
left join waiting on source.source_table = waiting.source_table
order by source.table_name;
