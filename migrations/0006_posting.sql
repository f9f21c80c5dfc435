-- What became of each change, and where each record stands. The audit log has one row for each attempt, which
-- its key says; its rows are chained by record, so that the life of a record is read without an index that
-- posting would pay for. Claims and results are what the posting functions hand to one another.
create type pgsync.outcome as enum (
    'posted', 'amended', 'reversed', 'unchanged', 'superseded', 'skipped', 'failed'
);

comment on type pgsync.outcome is 'What became of a change.';

create table pgsync.sync_audit_log (
    log_id bigint not null,
    attempt integer not null,
    outcome pgsync.outcome not null,
    source_table regclass not null,
    record_id text collate "C" not null,
    entry_ids bigint[],
    superseded_by bigint,
    previous_change bigint,
    error_class text,
    error_message text,
    error_column text,
    worker text,
    recorded_at timestamptz not null default clock_timestamp(),
    recorded_by text not null default session_user,
    recorded_xid xid8 not null default pg_current_xact_id(),
    duration interval,
    correlation_id text,
    constraint sync_audit_log_pkey primary key (log_id, attempt),
    constraint failures_have_a_class check ((outcome = 'failed') = (error_class is not null))
);

create index sync_audit_log_recorded_at on pgsync.sync_audit_log using brin (recorded_at)
with (pages_per_range = 16, autosummarize = on);

comment on table pgsync.sync_audit_log is 'Every attempt to post a change, and how it ended; never changed.';
comment on column pgsync.sync_audit_log.log_id is 'The change, in sync_logs.';
comment on column pgsync.sync_audit_log.attempt is 'Which attempt this was, from 1.';
comment on column pgsync.sync_audit_log.outcome is 'How it ended.';
comment on column pgsync.sync_audit_log.source_table is 'The table of the record.';
comment on column pgsync.sync_audit_log.record_id is 'The record.';
comment on column pgsync.sync_audit_log.entry_ids is 'The journal entries that were posted, reversals first.';
comment on column pgsync.sync_audit_log.superseded_by is 'The later change that made this one needless.';
comment on column pgsync.sync_audit_log.previous_change
is 'The change of the same record that was tried before this one: follow it to read the whole life.';
comment on column pgsync.sync_audit_log.error_class is 'What kind of failure it was.';
comment on column pgsync.sync_audit_log.error_message is 'What was wrong.';
comment on column pgsync.sync_audit_log.error_column is 'The column it was about.';
comment on column pgsync.sync_audit_log.worker is 'Who did it: a worker, or the program for post_now.';
comment on column pgsync.sync_audit_log.recorded_at is 'When.';
comment on column pgsync.sync_audit_log.recorded_by is 'The login role.';
comment on column pgsync.sync_audit_log.recorded_xid is 'The transaction, which is that of the entries.';
comment on column pgsync.sync_audit_log.duration is 'How long the batch had taken by then.';
comment on column pgsync.sync_audit_log.correlation_id is 'That of the change.';

create table pgsync.sync_master_status (
    source_table regclass not null,
    record_id text collate "C" not null,
    last_change bigint not null,
    last_xid xid8,
    last_snapshot pg_snapshot,
    last_audited bigint not null,
    entry_ids bigint[] not null default '{}',
    fingerprint bigint not null default 0,
    rules text[] not null default '{}',
    updated_at timestamptz not null default clock_timestamp(),
    constraint sync_master_status_pkey primary key (source_table, record_id)
)
with (fillfactor = 80);

comment on table pgsync.sync_master_status
is 'Where each record stands: a row for each that was ever tried.';
comment on column pgsync.sync_master_status.source_table is 'The table.';
comment on column pgsync.sync_master_status.record_id is 'The record.';
comment on column pgsync.sync_master_status.last_change is 'The newest change that was applied; 0 for none.';
comment on column pgsync.sync_master_status.last_xid is 'The transaction of that change.';
comment on column pgsync.sync_master_status.last_snapshot
is 'When that change was read by a backfill: the snapshot it was read in.';
comment on column pgsync.sync_master_status.last_audited is 'The change that was tried last.';
comment on column pgsync.sync_master_status.entry_ids
is 'The entries that stand for it now: one for each rule, none when nothing is posted.';
comment on column pgsync.sync_master_status.fingerprint is 'A hash of all that those entries say.';
comment on column pgsync.sync_master_status.rules is 'The rules and versions they were posted by.';
comment on column pgsync.sync_master_status.updated_at is 'When this row last changed.';

create type pgsync.claim as (
    log_id bigint,
    source_table regclass,
    record_id text,
    action text,
    data jsonb,
    slot smallint,
    captured_xid xid8,
    captured_at timestamptz,
    snapshot pg_snapshot,
    correlation_id text,
    retry_count integer,
    attempts integer
);

comment on type pgsync.claim is 'A change that a transaction has taken from the queue.';

create type pgsync.batch_result as (
    claimed integer,
    posted integer,
    amended integer,
    reversed integer,
    unchanged integer,
    superseded integer,
    failed integer,
    deferred integer,
    left_waiting integer,
    first_left bigint,
    applied_ids bigint[],  -- noqa: LT01
    failed_ids bigint[],  -- noqa: LT01
    error_classes text[],  -- noqa: LT01
    error_messages text[],  -- noqa: LT01
    -- Of the transaction as a whole.
    next_mark bigint,
    snapshot_xmin bigint,
    snapshot_xmax bigint,
    is_paused boolean
);

comment on type pgsync.batch_result is 'What became of the claims of a batch.';

insert into pgsync.sync_configuration (key, value, default_value, kind, description)
values
(
    'permanent_error_classes', 'data.*, rule.*, ledger.*, period.*', 'data.*, rule.*, ledger.*, period.*',
    'text',
    'Failures that trying again does not cure: they wait for a person. Classes, or families: data.*.'
),
(
    'books_time_zone', 'UTC', 'UTC', 'text',
    'The time zone that tells on which day a cancellation is booked.'
),
(
    'posting_paused', 'false', 'false', 'boolean',
    'Whether nothing at all is posted; changes are still captured and wait.'
);

revoke all on table pgsync.sync_audit_log, pgsync.sync_master_status from public;
