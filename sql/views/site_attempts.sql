create or replace view pgsync.site_attempts with (security_barrier) as
select
    audit.site,
    audit.log_id,
    audit.attempt,
    audit.outcome,
    audit.source_table,
    audit.record_id,
    audit.entry_ids,
    audit.superseded_by,
    audit.error_class,
    audit.error_message,
    audit.error_column,
    audit.worker,
    audit.recorded_at,
    audit.previous_change,
    audit.duration,
    audit.recorded_by
from pgsync.sync_audit_log as audit
where audit.site in (select own.site from pgsync.own_sites as own);

comment on view pgsync.site_attempts
is 'What became of the changes of the sites that the current user may see.';
comment on column pgsync.site_attempts.site is 'The site of the record at that change.';
comment on column pgsync.site_attempts.log_id is 'The change.';
comment on column pgsync.site_attempts.attempt is 'Which attempt it was, from 1.';
comment on column pgsync.site_attempts.outcome is 'How it ended.';
comment on column pgsync.site_attempts.source_table is 'The table of the record.';
comment on column pgsync.site_attempts.record_id is 'The key of the record.';
comment on column pgsync.site_attempts.entry_ids is 'The entries that it made.';
comment on column pgsync.site_attempts.superseded_by is 'The change that came after it and counted instead.';
comment on column pgsync.site_attempts.error_class is 'The class of the failure.';
comment on column pgsync.site_attempts.error_message
is 'Its message, or the reason for which the change was skipped.';
comment on column pgsync.site_attempts.error_column is 'The column that it concerned.';
comment on column pgsync.site_attempts.worker is 'Who tried it.';
comment on column pgsync.site_attempts.recorded_at is 'When it was recorded.';
comment on column pgsync.site_attempts.previous_change is 'The change of the record before it.';
comment on column pgsync.site_attempts.duration is 'How long it took.';
comment on column pgsync.site_attempts.recorded_by is 'The login that recorded it.';
