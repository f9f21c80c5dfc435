create or replace view pgsync.waiting_changes as
select
    queue.log_id,
    log.source_table,
    log.record_id,
    log.action,
    pgsync.waiting_state(
        queue.sync_status, queue.locked_at, queue.scheduled_at, source.paused_at is not null
    ) as state,
    log.captured_at,
    queue.attempts,
    queue.retry_count,
    queue.max_retries,
    queue.scheduled_at,
    queue.last_sync_attempt,
    queue.error_class,
    queue.error_message,
    log.captured_xid,
    log.origin,
    log.correlation_id,
    log.data,
    (
        select attempt.error_column
        from pgsync.sync_audit_log as attempt
        where attempt.log_id = queue.log_id and queue.error_class is not null
        order by attempt.attempt desc
        limit 1
    ) as error_column
from pgsync.sync_queue as queue
inner join pgsync.sync_logs as log on queue.log_id = log.id
left join pgsync.sources as source on log.source_table = source.source_table;

comment on view pgsync.waiting_changes
is 'Every change that is not finished, and what for: ready, scheduled, paused, working or dead.';
