-- Comments and the descriptions of settings in plain English. Nothing else changes.
update pgsync.sync_configuration as setting
set description = plain.description
from (
    values
    ('max_retry_attempts', 'How many times a change is tried before it becomes a dead letter.'),
    ('retry_delay_seconds', 'How long a change waits after its first failure before it is retried.'),
    (
        'retry_backoff_multiplier',
        'By how much the wait grows with each further failure: 2 doubles it, 1 keeps it the same.'
    ),
    (
        'queue_batch_size',
        'The most changes in one transaction. More is faster; fewer hold locks for a shorter time.'
    ),
    (
        'reconciliation_frequency_hours',
        'Without effect yet. How often the ledger is to be compared with its source tables.'
    ),
    ('alert_threshold_queue_size', 'How many changes may wait before pgsync doctor warns.'),
    (
        'enable_real_time_sync',
        'Whether workers post changes at once; when false, changes are still captured, and wait.'
    ),
    ('sync_timeout_seconds', 'How long one batch may take before it is cancelled and retried.'),
    (
        'retention_days',
        'How long stopped workers are remembered. Changes, ledger and audit log are kept forever.'
    ),
    (
        'enable_doorbell',
        'Whether NOTIFY wakes sleeping workers. Turn it off if transactions are prepared (two-phase commit), '
        || 'which NOTIFY forbids; workers then only poll.'
    ),
    ('poll_interval_seconds', 'How long a worker sleeps, if it is not woken, before it polls the queue.'),
    (
        'closed_period_policy',
        'What happens to a document in a closed period: sweep posts it on the next open day, refuse fails it.'
    ),
    (
        'permanent_error_classes',
        'Failures that retrying cannot cure; dead letters at once. Classes, or families such as data.*.'
    ),
    ('books_time_zone', 'The time zone that decides on which day a cancellation is posted.'),
    ('posting_paused', 'Whether posting is paused; changes are still captured, and wait.'),
    (
        'worker_heartbeat_seconds',
        'How often a worker reports, reloads the settings, and looks for lost workers.'
    ),
    (
        'max_crash_attempts',
        'How many times a change may end the session that posts it before it becomes a dead letter.'
    ),
    ('balance_snapshot_minutes', 'How often the sums that balances are read from are updated.')
) as plain (key, description)
where setting.config_key = plain.key;

comment on table pgsync.migrations
is 'The migrations and objects applied to the schemas of pgsync, by whom and when.';
comment on column pgsync.migrations.path is 'Path in the source tree, such as migrations/0001_schemas.sql.';
comment on column pgsync.migrations.kind
is 'migration: applied once; object: applied again whenever its text changes.';

comment on table pgsync.sync_configuration
is 'Settings, in force as soon as a change commits. Update only config_value.';
comment on column pgsync.sync_configuration.config_key is 'The name of the setting.';
comment on column pgsync.sync_configuration.config_value is 'The current value.';
comment on column pgsync.sync_configuration.default_value is 'The value unless someone changed it.';
comment on column pgsync.sync_configuration.description is 'What the setting does.';

comment on table pgsync.sources
is 'The attached tables and how each is captured. Written by attach and detach.';
comment on column pgsync.sources.function_checksum is 'SHA-256 of its text, to detect changes.';
comment on column pgsync.sources.before_image is 'Whether an update also stores the row before it.';
comment on column pgsync.sources.part_names is 'The names of these partitions when it was attached.';
comment on column pgsync.sources.counted is 'The statistics of the table at the last inspection.';
comment on column pgsync.sources.paused_at is 'When it was paused; null if it is not.';
comment on column pgsync.sources.truncated_through
is 'The last change that emptied the table: it supersedes all earlier ones.';

comment on table pgsync.source_versions
is 'How each source was captured over time: every attach makes a version, which its changes name.';
comment on column pgsync.source_versions.made_at is 'When it replaced the version before.';

comment on table pgsync.sync_logs is 'Every captured change, in order for each record; never changed.';
comment on column pgsync.sync_logs.id
is 'Grows with the changes of one record; between records its order means nothing.';
comment on column pgsync.sync_logs.record_id
is 'The key: its text, or a JSON array for several columns; empty for a truncate.';
comment on column pgsync.sync_logs.data is 'The row after the change; for a delete, the row before it.';
comment on column pgsync.sync_logs.old_data is 'The row before an update, if the source stores it.';

comment on column pgsync.sync_queue.attempts is 'How many times it was tried in all; never reset.';
comment on column pgsync.sync_queue.retry_count is 'Failed attempts since it was captured or last reset.';
comment on column pgsync.sync_queue.max_retries is 'The number of failures after which it is a dead letter.';
comment on column pgsync.sync_queue.scheduled_at is 'Not tried before this time; null: due at once.';
comment on column pgsync.sync_queue.locked_at
is 'Since when a session works on it after committing that first: a careful attempt, or work elsewhere.';
comment on column pgsync.sync_queue.error_class is 'The failure class of the last attempt.';
comment on column pgsync.sync_queue.error_message is 'The message of the last failure.';
comment on column pgsync.sync_queue.record_hash
is 'A hash of the record after an error, by which its other changes find this one.';

comment on table pgsync.ticks
is 'Points to read sync_logs between: what committed after one and before another is an exact set.';
comment on column pgsync.ticks.snapshot is 'Which transactions had ended at that point.';
comment on column pgsync.ticks.last_log_id is 'The newest id assigned by then.';

comment on table pgsync.sync_progress
is 'Long operations: their progress, and where to continue after an interruption.';
comment on column pgsync.sync_progress.kind is 'The kind of operation, such as backfill.';
comment on column pgsync.sync_progress.subject is 'Its subject, such as a table.';
comment on column pgsync.sync_progress.expected is 'The estimated number of rows in all; null if unknown.';
comment on column pgsync.sync_progress.position is 'Where to continue.';

comment on table pgsync.excluded_tables is 'Tables that must never be attached, as LIKE patterns.';

comment on table pgsync.rules
is 'Every applied version of every posting rule; written by pgsync rules apply, never changed.';
comment on column pgsync.rules.name is 'The name of the rule.';
comment on column pgsync.rules.version is 'Grows; a later version replaces those before it.';
comment on column pgsync.rules.content
is 'The rule as written, preceded by the maps it uses: a complete rule file.';
comment on column pgsync.rules.checksum
is 'SHA-256 of content; the same version with different content is refused.';
comment on column pgsync.rules.function_checksum
is 'Checksum of that function when it was compiled, to detect changes: see pgsync.rule_checksum.';
comment on column pgsync.rules.active_from is 'The first document date it covers; -infinity for all.';
comment on column pgsync.rules.active_until
is 'The first document date it no longer covers, once retired. See rule_spans for all dates.';

comment on type pgsync.outcome is 'How a change ended.';
comment on type pgsync.batch_result is 'The outcomes of the claims of a batch.';
comment on column pgsync.sync_audit_log.attempt is 'The number of the attempt, from 1.';
comment on column pgsync.sync_audit_log.superseded_by is 'The later change that superseded this one.';
comment on column pgsync.sync_audit_log.previous_change
is 'The change of the same record that was tried before this one: follow it to read the whole life.';
comment on column pgsync.sync_audit_log.error_class is 'The failure class.';
comment on column pgsync.sync_audit_log.error_message is 'The message of the failure.';
comment on column pgsync.sync_audit_log.error_column is 'The column that the failure concerns.';
comment on column pgsync.sync_audit_log.worker is 'The worker, or the program that called post_now.';
comment on column pgsync.sync_audit_log.duration is 'How long the batch had been running.';
comment on column pgsync.sync_audit_log.correlation_id is 'The correlation id of the change.';

comment on table pgsync.sync_master_status is 'The status of each record that was ever tried.';
comment on column pgsync.sync_master_status.last_snapshot
is 'If a backfill read that change: the snapshot it was read in.';
comment on column pgsync.sync_master_status.last_audited is 'The last change that was tried.';
comment on column pgsync.sync_master_status.entry_ids
is 'Its current entries: one for each rule, none if nothing is posted.';
comment on column pgsync.sync_master_status.fingerprint is 'A hash of the full contents of these entries.';
comment on column pgsync.sync_master_status.rules is 'The rules and versions that posted them.';
comment on column pgsync.sync_master_status.record_id
is 'The record: its id or, if that is over 500 bytes, its beginning and SHA-256 (pgsync.short_id).';

comment on table pgsync.sync_workers
is 'Every worker: the running ones, and those that stopped or were lost in recent days.';
comment on column pgsync.sync_workers.name is 'Its name, by default host and process id.';
comment on column pgsync.sync_workers.pid is 'Its process id on that host.';
comment on column pgsync.sync_workers.lives_by
is 'What shows that it is alive: its lock, or its heartbeat if a pooler gives it no session.';
comment on column pgsync.sync_workers.state is 'running, stopped (it shut down) or lost (it did not).';
comment on column pgsync.sync_workers.stopped_at is 'When it stopped, or was marked as lost.';
comment on column pgsync.sync_workers.figures is 'The figures of its last report.';

comment on table pgsync.truncate_steps
is 'What a TRUNCATE under way has reversed so far; empty if there is none.';
comment on column pgsync.truncate_steps.entry_ids is 'The reversals posted by one step.';
comment on table pgsync.schema_objects
is 'The objects of pgsync as the last pgsync migrate left them, for pgsync.inspect_schema to compare with.';

comment on table ledger.currencies is 'The currencies of entries. Insert more as needed.';
comment on column ledger.currencies.name is 'Its name.';
comment on column ledger.currencies.exponent
is 'How many decimals it has: 2 means that the amount 12345 is 123.45. Never changes.';
comment on table ledger.accounts
is 'The chart of accounts. Accounts are never deleted, and their code and type never change.';
comment on column ledger.accounts.code is 'The code by which lines and rules refer to it.';
comment on column ledger.accounts.name is 'Its name.';
comment on column ledger.accounts.contra
is 'Whether it reduces others of its type, as returns do: its normal side is the other one.';
comment on column ledger.accounts.zero_to_close
is 'Whether it must be zero before a period is closed, as suspense accounts must.';
comment on column ledger.accounts.active is 'Whether it can still be posted to.';
comment on table ledger.periods
is 'The accounting periods. Entries go into open ones; a closing period takes only entries that users post.';
comment on column ledger.period_history.reason is 'The reason given for a reopening.';
comment on type ledger.purpose
is 'Why an entry exists: posted by a rule, posted by a user, or reversing another.';
comment on table ledger.journal_entries
is 'The journal. Written once; corrected only by a reversal and a new entry.';
comment on column ledger.journal_entries.id is 'From a sequence; gaps mean nothing.';
comment on column ledger.journal_entries.entry_date is 'The accounting date; its period was open.';
comment on column ledger.journal_entries.document_date is 'The date of the document.';
comment on column ledger.journal_entries.swept_from
is 'The accounting date it would have had if that period had been open.';
comment on column ledger.journal_entries.reverses is 'The entry that this one reverses, line by line.';
comment on column ledger.journal_entries.idempotency_key
is 'Identifies the posting, so that it is done once: the change and the rule, or the entry that is reversed.';
comment on column ledger.journal_entries.input_hash
is 'A hash of the contents: the same key with another hash is an error.';
comment on column ledger.journal_entries.description is 'What it is for.';
comment on table ledger.journal_lines
is 'The lines of the entries, balanced for each entry. Written once, with the entry.';
comment on column ledger.journal_lines.line
is '1, 2, 3 … without a gap, which reveals a statement that adds lines later.';
comment on column ledger.journal_lines.currency is 'The currency; the same as that of the entry.';
comment on column ledger.journal_lines.party is 'The patient, customer, insurer or supplier.';
comment on column ledger.journal_lines.dimensions
is 'Names and values for analysis, such as counter, doctor or tax rate.';
comment on table ledger.balance_snapshots
is 'Sums of the journal up to the mark; later lines are added on reading. Can be rebuilt at any time.';
comment on column ledger.balance_mark.boundary
is 'The snapshot whose visible transactions are included.';
comment on column ledger.balance_mark.included_through
is 'All entries up to this id are included, too; their transaction numbers may be those of another server.';
comment on column ledger.balance_mark.system_identifier
is 'The server of these transaction numbers: after a restore elsewhere, they mean nothing.';
comment on column ledger.balance_mark.taken_at is 'When the snapshots were last updated.';

comment on schema pgsync_read is 'Functions by which capture reads the tables of each owner, as that owner.';
