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
    log.data,
    log.image_key
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
is 'Every captured change with its status: pending or failed while it waits, then its outcome.';

comment on column pgsync.sync_log_status.id is 'The id of the change.';
comment on column pgsync.sync_log_status.source_table is 'The table that was changed.';
comment on column pgsync.sync_log_status.record_id is 'The record that was changed: its key.';
comment on column pgsync.sync_log_status.action is 'create, update, delete or truncate.';
comment on column pgsync.sync_log_status.sync_status is 'pending or failed while it waits, then its outcome.';
comment on column pgsync.sync_log_status.attempts is 'How many times it was tried.';
comment on column pgsync.sync_log_status.retry_count
is 'Failed attempts since the count was last reset; null once it is finished.';
comment on column pgsync.sync_log_status.max_retries
is 'How many may fail before it is a dead letter; null once it is finished.';
comment on column pgsync.sync_log_status.scheduled_at
is 'When it is tried again; null for at once, or once it is finished.';
comment on column pgsync.sync_log_status.last_sync_attempt is 'When it was last tried; null if never.';
comment on column pgsync.sync_log_status.error_class
is 'The class of its last failure: see pgsync.error_classes().';
comment on column pgsync.sync_log_status.error_message is 'The message of its last failure.';
comment on column pgsync.sync_log_status.entry_ids is 'The entries that it posted; null for none.';
comment on column pgsync.sync_log_status.superseded_by
is 'The later change that superseded it; null for none.';
comment on column pgsync.sync_log_status.worker is 'The worker or program that last tried it.';
comment on column pgsync.sync_log_status.captured_at is 'When it was captured.';
comment on column pgsync.sync_log_status.captured_xid is 'The transaction that made it.';
comment on column pgsync.sync_log_status.origin is 'What its writer set as pgsync.origin; null if unset.';
comment on column pgsync.sync_log_status.correlation_id
is 'What its writer set as pgsync.correlation_id; null if unset.';
comment on column pgsync.sync_log_status.data is 'The row after the change; for a delete, the row before it.';
comment on column pgsync.sync_log_status.image_key
is 'The key that its image is encrypted for; data is null then.';
