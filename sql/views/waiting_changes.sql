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
    ) as error_column,
    log.image_key
from pgsync.sync_queue as queue
inner join pgsync.sync_logs as log on queue.log_id = log.id
left join pgsync.sources as source on log.source_table = source.source_table;

comment on view pgsync.waiting_changes
is 'Every unfinished change and its state: ready, scheduled, paused, working or dead.';

comment on column pgsync.waiting_changes.log_id is 'The id of the change in pgsync.sync_logs.';
comment on column pgsync.waiting_changes.source_table is 'The table that was changed.';
comment on column pgsync.waiting_changes.record_id is 'The record that was changed: its key.';
comment on column pgsync.waiting_changes.action is 'create, update, delete or truncate.';
comment on column pgsync.waiting_changes.state
is 'ready, scheduled, paused, working or dead.';
comment on column pgsync.waiting_changes.captured_at is 'When it was captured.';
comment on column pgsync.waiting_changes.attempts is 'How many times it was tried.';
comment on column pgsync.waiting_changes.retry_count
is 'Failed attempts since the count was last reset.';
comment on column pgsync.waiting_changes.max_retries is 'How many may fail before it is a dead letter.';
comment on column pgsync.waiting_changes.scheduled_at
is 'When it is tried again; null for at once, infinity until its table is resumed.';
comment on column pgsync.waiting_changes.last_sync_attempt is 'When it was last tried; null if never.';
comment on column pgsync.waiting_changes.error_class
is 'The class of its last failure: see pgsync.error_classes().';
comment on column pgsync.waiting_changes.error_message is 'The message of its last failure.';
comment on column pgsync.waiting_changes.captured_xid is 'The transaction that made it.';
comment on column pgsync.waiting_changes.origin is 'What its writer set as pgsync.origin; null if unset.';
comment on column pgsync.waiting_changes.correlation_id
is 'What its writer set as pgsync.correlation_id; null if unset.';
comment on column pgsync.waiting_changes.data is 'The row after the change; for a delete, the row before it.';
comment on column pgsync.waiting_changes.error_column
is 'The column that its last failure concerned; null for none.';
comment on column pgsync.waiting_changes.image_key
is 'The key that its image is encrypted for; data is null then.';
