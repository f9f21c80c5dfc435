-- Not made of waiting_changes, which is for those who see everything. The linter cannot read collate here.
-- noqa: disable=all
create or replace view pgsync.site_waiting with (security_barrier) as
with located as (
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
        queue.scheduled_at,
        queue.error_class,
        queue.error_message,
        log.data,
        queue.retry_count,
        queue.max_retries,
        queue.last_sync_attempt,
        queue.slot,
        log.origin,
        log.correlation_id,
        log.image_key is not null as is_encrypted,
        pgsync.site_in(log.data, source.site_column, master.site) as site
    from pgsync.sync_queue as queue
    inner join pgsync.sync_logs as log on queue.log_id = log.id
    inner join pgsync.sources as source on log.source_table = source.source_table
    left join lateral (
        select own.site
        from pgsync.sync_master_status as own
        where own.source_table = log.source_table
            and own.record_id = pgsync.short_id(log.record_id) collate "C"
    ) as master on true
)

select
    located.site,
    located.log_id,
    located.source_table,
    located.record_id,
    located.action,
    located.state,
    located.captured_at,
    located.attempts,
    located.scheduled_at,
    located.error_class,
    located.error_message,
    located.data,
    located.retry_count,
    located.max_retries,
    located.last_sync_attempt,
    (
        select attempt.error_column
        from pgsync.sync_audit_log as attempt
        where attempt.log_id = located.log_id and located.error_class is not null
        order by attempt.attempt desc
        limit 1
    ) as error_column,
    located.origin,
    located.correlation_id,
    located.is_encrypted,
    located.slot
from located
where located.site in (select own.site from pgsync.own_sites as own);

comment on view pgsync.site_waiting is 'The unfinished changes of the sites that the current user may see.';
comment on column pgsync.site_waiting.site is 'The site of the record, by the change.';
comment on column pgsync.site_waiting.log_id is 'The change.';
comment on column pgsync.site_waiting.source_table is 'The table of the record.';
comment on column pgsync.site_waiting.record_id is 'The key of the record.';
comment on column pgsync.site_waiting.action is 'create, update or delete.';
comment on column pgsync.site_waiting.state is 'ready, scheduled, paused, working or dead.';
comment on column pgsync.site_waiting.captured_at is 'When it was captured.';
comment on column pgsync.site_waiting.attempts is 'How many times it was tried.';
comment on column pgsync.site_waiting.scheduled_at is 'When it is tried again; null for at once.';
comment on column pgsync.site_waiting.error_class is 'The class of its last failure.';
comment on column pgsync.site_waiting.error_message is 'The message of its last failure.';
comment on column pgsync.site_waiting.data is 'The row after the change; for a delete, the row before it.';
comment on column pgsync.site_waiting.retry_count is 'Failed attempts since the count was last reset.';
comment on column pgsync.site_waiting.max_retries is 'How many may fail before it is a dead letter.';
comment on column pgsync.site_waiting.last_sync_attempt is 'When it was last tried; null if never.';
comment on column pgsync.site_waiting.error_column is 'The column that its last failure concerned.';
comment on column pgsync.site_waiting.origin is 'What its writer set as pgsync.origin; null if unset.';
comment on column pgsync.site_waiting.correlation_id
is 'What its writer set as pgsync.correlation_id; null if unset.';
comment on column pgsync.site_waiting.is_encrypted is 'Whether its image is encrypted; data is null then.';
comment on column pgsync.site_waiting.slot is 'The slot of its record, by which it is found among many.';
