create or replace view pgsync.sync_log_status as
select
    log.id,
    log.source_table,
    log.record_id,
    log.action,
    coalesce(queue.sync_status::text, 'finished') as sync_status,
    queue.retry_count,
    queue.max_retries,
    queue.scheduled_at,
    queue.last_sync_attempt,
    queue.error_class,
    queue.error_message,
    log.captured_at,
    log.captured_xid,
    log.origin,
    log.correlation_id,
    log.data
from pgsync.sync_logs as log
left join pgsync.sync_queue as queue on log.id = queue.log_id;

comment on view pgsync.sync_log_status
is 'Every captured change with what became of it: pending, syncing, failed or finished.';
