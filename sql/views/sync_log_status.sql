create or replace view pgsync.sync_log_status as
select
    log.id,
    log.source_table,
    log.record_id,
    log.action,
    case
        when queue.log_id is not null then queue.sync_status::text
        when attempt.outcome is not null then attempt.outcome::text
        else 'finished'
    end as sync_status,
    coalesce(queue.attempts, attempt.attempt, 0) as attempts,
    queue.retry_count,
    queue.max_retries,
    queue.scheduled_at,
    coalesce(queue.last_sync_attempt, attempt.recorded_at) as last_sync_attempt,
    coalesce(queue.error_class, attempt.error_class) as error_class,
    coalesce(queue.error_message, attempt.error_message) as error_message,
    attempt.entry_ids,
    attempt.superseded_by,
    attempt.worker,
    log.captured_at,
    log.captured_xid,
    log.origin,
    log.correlation_id,
    log.data
from pgsync.sync_logs as log
left join pgsync.sync_queue as queue on log.id = queue.log_id
left join lateral (
    select
        own.outcome,
        own.attempt,
        own.recorded_at,
        own.error_class,
        own.error_message,
        own.entry_ids,
        own.superseded_by,
        own.worker
    from pgsync.sync_audit_log as own
    where own.log_id = log.id
    order by own.attempt desc
    limit 1
) as attempt on true;

comment on view pgsync.sync_log_status
is 'Every captured change with what became of it: pending or failed while it waits, then its outcome.';
