-- What is captured, what happened and what waits. sync_logs is written once per change and never touched
-- again: it is cut into ranges of ids, so that old history goes by dropping a table, and its last range has
-- no end, so that a write of the application never finds no place. sync_queue holds one narrow row for each
-- change that is not finished; finishing deletes it, so the big table never bloats. Neither has an index the
-- application would pay for beyond its key.
create table pgsync.sources (
    source_table regclass not null,
    table_name text not null,
    key_columns text[] not null,
    captured_columns text[],
    trigger_kind text not null,
    actions text[] not null,
    before_image boolean not null default false,
    every_version boolean not null default false,
    function_name text not null,
    function_checksum text not null,
    version integer not null,
    shape jsonb not null,
    parts regclass[] not null default '{}',
    part_names text[] not null default '{}',
    counted jsonb not null default '{}',
    paused_at timestamptz,
    paused_by text,
    truncated_through bigint not null default 0,
    attached boolean not null default true,
    attached_at timestamptz not null default now(),
    attached_by text not null default session_user,
    detached_at timestamptz,
    constraint sources_pkey primary key (source_table),
    constraint key_has_columns check (cardinality(key_columns) > 0),
    constraint trigger_kind_is_known check (trigger_kind in ('row', 'statement')),
    constraint actions_are_known check (
        actions <@ array['create', 'update', 'delete', 'truncate'] and cardinality(actions) > 0
    ),
    constraint detached_when_not_attached check (attached = (detached_at is null))
);

comment on table pgsync.sources
is 'The tables whose changes are captured, and how. Written by attach and detach.';
comment on column pgsync.sources.source_table is 'The table; of a partitioned one, the root.';
comment on column pgsync.sources.table_name is 'Its qualified name when it was attached.';
comment on column pgsync.sources.key_columns is 'The columns that identify a record, in order.';
comment on column pgsync.sources.captured_columns
is 'The columns that are stored; null for all, also later ones.';
comment on column pgsync.sources.trigger_kind is 'row or statement: when the triggers fire.';
comment on column pgsync.sources.actions is 'Which of create, update, delete and truncate are captured.';
comment on column pgsync.sources.before_image is 'Whether an update also keeps what was there before.';
comment on column pgsync.sources.every_version
is 'Whether each waiting change of a record counts; when false only the newest does.';
comment on column pgsync.sources.function_name is 'The generated trigger function.';
comment on column pgsync.sources.function_checksum is 'SHA-256 of its text, to notice that it was changed.';
comment on column pgsync.sources.version is 'Grows each time it is attached; see source_versions.';
comment on column pgsync.sources.parts is 'The partitions that hold rows, when it was attached.';
comment on column pgsync.sources.part_names is 'What they were called.';
comment on column pgsync.sources.shape is 'The columns by number, with name and type, when it was attached.';
comment on column pgsync.sources.counted is 'What the statistics of the table said at the last inspection.';
comment on column pgsync.sources.paused_at is 'Since when its changes wait; null when they are posted.';
comment on column pgsync.sources.paused_by is 'The login role that paused it.';
comment on column pgsync.sources.truncated_through
is 'The last change by which the table was emptied: earlier ones count for nothing.';
comment on column pgsync.sources.attached is 'False once detached; the history stays.';

-- What an image means, its version tells: which columns there were, of what type, and which were left out.
create table pgsync.source_versions (
    source_table regclass not null,
    version integer not null,
    table_name text not null,
    key_columns text[] not null,
    captured_columns text[],
    trigger_kind text not null,
    actions text[] not null,
    before_image boolean not null,
    every_version boolean not null,
    shape jsonb not null,
    made_at timestamptz not null default now(),
    made_by text not null default session_user,
    constraint source_versions_pkey primary key (source_table, version),
    constraint version_is_positive check (version > 0)
);

comment on table pgsync.source_versions
is 'How each source was captured over time: every attach makes a version, which its changes name.';
comment on column pgsync.source_versions.captured_columns
is 'The columns that were stored; null for all.';
comment on column pgsync.source_versions.shape
is 'The columns of the table by number, with name and type.';
comment on column pgsync.source_versions.made_at is 'When it took the place of the version before.';

create sequence pgsync.sync_logs_id_seq;

create table pgsync.sync_logs (
    id bigint not null default nextval('pgsync.sync_logs_id_seq'),
    source_table regclass not null,
    record_id text not null,
    action text not null,
    data jsonb,
    old_data jsonb,
    origin text,
    slot smallint not null,
    source_version integer,
    captured_xid xid8 not null default pg_current_xact_id(),
    captured_at timestamptz not null default clock_timestamp(),
    correlation_id text,
    snapshot pg_snapshot,
    constraint sync_logs_pkey primary key (id)
) partition by range (id);

alter sequence pgsync.sync_logs_id_seq owned by pgsync.sync_logs.id;

create table pgsync.sync_logs_000001 partition of pgsync.sync_logs
for values from (minvalue) to (maxvalue);

comment on table pgsync.sync_logs
is 'Every captured change, in the order of each record; never changed.';
comment on table pgsync.sync_logs_000001 is 'The changes with the first ids.';
comment on column pgsync.sync_logs.id
is 'Grows with the changes of one record; between records order means nothing.';
comment on column pgsync.sync_logs.source_table is 'The attached table; of a partitioned one, the root.';
comment on column pgsync.sync_logs.record_id
is 'The key: its text, or for several columns a JSON array; empty for truncate.';
comment on column pgsync.sync_logs.action is 'create, update, delete or truncate.';
comment on column pgsync.sync_logs.data is 'The row after the change; for a delete, the row that went.';
comment on column pgsync.sync_logs.old_data is 'The row before an update, where the source asks for it.';
comment on column pgsync.sync_logs.origin is 'The setting pgsync.origin: the node a change was applied for.';
comment on column pgsync.sync_logs.slot is 'A hash of the record, 0 to 1023: changes of one record share it.';
comment on column pgsync.sync_logs.source_version
is 'The version of the source that made the image; null for a change that no trigger captured.';
comment on column pgsync.sync_logs.captured_xid is 'The transaction that made the change.';
comment on column pgsync.sync_logs.captured_at is 'When it was captured, by the clock of the server.';
comment on column pgsync.sync_logs.correlation_id is 'The setting pgsync.correlation_id of the application.';
comment on column pgsync.sync_logs.snapshot
is 'For a row read by a backfill: the snapshot it was read in. It includes each change visible there.';

create type pgsync.sync_status as enum ('pending', 'syncing', 'failed');

create table pgsync.sync_queue (
    log_id bigint not null,
    slot smallint not null,
    sync_status pgsync.sync_status not null default 'pending',
    attempts integer not null default 0,
    retry_count integer not null default 0,
    max_retries integer not null default 5,
    scheduled_at timestamptz,
    locked_at timestamptz,
    last_sync_attempt timestamptz,
    error_class text,
    error_message text,
    record_hash integer,
    constraint sync_queue_pkey primary key (log_id)
);

-- Only changes that have failed or wait for a time are in these, so capturing pays for neither.
create index sync_queue_scheduled_at on pgsync.sync_queue (scheduled_at)
where scheduled_at is not null;
create index sync_queue_failing on pgsync.sync_queue (record_hash, log_id)
where error_class is not null;

comment on table pgsync.sync_queue is 'One row for each change that is not finished.';
comment on column pgsync.sync_queue.log_id is 'The change, in sync_logs.';
comment on column pgsync.sync_queue.slot is 'The slot of its record.';
comment on column pgsync.sync_queue.sync_status
is 'pending, syncing (work outside this database) or failed.';
comment on column pgsync.sync_queue.attempts is 'How often it was tried in all; never set back.';
comment on column pgsync.sync_queue.retry_count
is 'How often it has failed since it was captured or told to be tried again.';
comment on column pgsync.sync_queue.max_retries is 'At how many failures it stops being tried.';
comment on column pgsync.sync_queue.scheduled_at is 'Not before this time; null: at once.';
comment on column pgsync.sync_queue.locked_at is 'Since when work outside this database is under way.';
comment on column pgsync.sync_queue.last_sync_attempt is 'When it was last tried.';
comment on column pgsync.sync_queue.error_class is 'What kind of failure the last attempt ended with.';
comment on column pgsync.sync_queue.error_message is 'What the last attempt ended with.';
comment on column pgsync.sync_queue.record_hash
is 'A hash of the record once there is an error, by which its other changes find this one.';

create table pgsync.ticks (
    id bigint generated always as identity,
    taken_at timestamptz not null default clock_timestamp(),
    snapshot pg_snapshot not null,
    last_log_id bigint not null,
    next_xid xid8 not null,
    constraint ticks_pkey primary key (id)
);

comment on table pgsync.ticks
is 'Moments to read sync_logs between: what committed after one and before another is one exact set.';
comment on column pgsync.ticks.snapshot is 'Which transactions were over at the moment.';
comment on column pgsync.ticks.last_log_id
is 'The newest id given out then.';
comment on column pgsync.ticks.next_xid
is 'Transactions from this number on have ids greater than last_log_id.';

create table pgsync.sync_progress (
    id bigint generated always as identity,
    kind text not null,
    subject text not null,
    state text not null default 'running',
    done bigint not null default 0,
    expected bigint,
    position jsonb not null default '{}',
    started_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    started_by text not null default session_user,
    constraint sync_progress_pkey primary key (id),
    constraint state_is_known check (state in ('running', 'finished', 'cancelled')),
    constraint finished_at_tells_the_end check ((state = 'running') = (finished_at is null)),
    constraint done_is_not_negative check (done >= 0)
);

create unique index one_running_per_subject on pgsync.sync_progress (kind, subject) where state = 'running';

comment on table pgsync.sync_progress
is 'Long work: how far it is and where it goes on after an interruption.';
comment on column pgsync.sync_progress.kind is 'What kind of work, such as backfill.';
comment on column pgsync.sync_progress.subject is 'What it works on, such as a table.';
comment on column pgsync.sync_progress.done is 'How many rows are done.';
comment on column pgsync.sync_progress.expected
is 'About how many there are in all; null when unknown.';
comment on column pgsync.sync_progress.position is 'Where to go on.';

create table pgsync.excluded_tables (
    schema_pattern text not null,
    table_pattern text not null default '%',
    reason text not null,
    constraint excluded_tables_pkey primary key (schema_pattern, table_pattern)
);

comment on table pgsync.excluded_tables is 'Tables that must never be attached, as patterns of LIKE.';

insert into pgsync.excluded_tables (schema_pattern, reason)
values
('pgsync', 'The change log itself.'),
('ledger', 'The ledger is what changes are posted to.'),
('pg\_%', 'The system catalog and temporary tables.'),
('information\_schema', 'The system catalog.');

insert into pgsync.sync_configuration (key, value, default_value, kind, minimum, maximum, unit, description)
values
(
    'enable_doorbell', 'true', 'true', 'boolean', null, null, null,
    'Whether a sleeping worker is woken by NOTIFY. Turn it off where transactions are prepared (two-phase '
    || 'commit), which NOTIFY forbids; workers then only look from time to time.'
),
(
    'poll_interval_seconds', '5', '5', 'number', 0.1, 3600, 'seconds',
    'How long a worker that was not woken sleeps before it looks for changes anyway.'
),
(
    'backfill_chunk_milliseconds', '200', '200', 'integer', 10, 60000, 'milliseconds',
    'How long one step of a backfill may take; the number of rows follows from it.'
);

revoke all on table
pgsync.sources, pgsync.source_versions, pgsync.sync_logs, pgsync.sync_logs_000001, pgsync.sync_queue,
pgsync.ticks, pgsync.sync_progress, pgsync.excluded_tables
from public;
revoke all on sequence pgsync.sync_logs_id_seq from public;
