-- Systems that exchange records with this one: those that call it, and those that it calls. Both sides keep
-- the same version of a record; what the other side has not seen yet is told by whom the version came
-- through.
create table pgsync.node_identity (
    id boolean not null default true,
    incarnation uuid not null default gen_random_uuid(),
    name text collate "C" not null,
    cursor_secret text not null default gen_random_uuid()::text || gen_random_uuid()::text,
    since timestamptz not null default clock_timestamp(),
    constraint node_identity_pkey primary key (id),
    constraint there_is_one_row check (id),
    constraint name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{0,62}$')
);

insert into pgsync.node_identity (name)
values ('db-' || left(replace(gen_random_uuid()::text, '-', ''), 12));

comment on table pgsync.node_identity
is 'Who this database is among those it exchanges records with; one row.';
comment on column pgsync.node_identity.id is 'Always true.';
comment on column pgsync.node_identity.incarnation
is 'Another one after the database was restored: cursors of the one before are no longer good.';
comment on column pgsync.node_identity.name is 'Its name in versions of records that were changed here.';
comment on column pgsync.node_identity.cursor_secret is 'What cursors are signed with.';
comment on column pgsync.node_identity.since is 'Since when it is this incarnation.';

create table pgsync.nodes (
    name text collate "C",
    tables regclass[],
    row_filter jsonb,
    last_sequence bigint not null default 0,
    last_body_hash bytea,
    last_answer jsonb,
    acknowledged_tick bigint not null default 0,
    acknowledged_at timestamptz,
    status text not null default 'new',
    last_synced_at timestamptz,
    last_error text,
    retry_count integer not null default 0,
    must_resync boolean not null default false,
    resync_reason text,
    resync_number integer not null default 0,
    clock_skew interval,
    protection text not null default 'token',
    diverged_tables regclass[] not null default '{}',
    diverged_at timestamptz,
    seen_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null default session_user,
    updated_at timestamptz not null default clock_timestamp(),
    constraint nodes_pkey primary key (name),
    constraint name_is_a_word check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    constraint status_is_known check (status in ('new', 'success', 'partial', 'failed')),
    constraint protection_is_known check (protection in ('token', 'signed', 'sealed')),
    constraint row_filter_is_an_object check (jsonb_typeof(row_filter) = 'object'),
    constraint sequence_is_not_negative check (last_sequence >= 0),
    constraint retries_are_not_negative check (retry_count >= 0)
);

comment on table pgsync.nodes is 'The systems that call this one to exchange records.';
comment on column pgsync.nodes.name is 'Its name, which is also that of the origin of its changes.';
comment on column pgsync.nodes.tables is 'The tables it exchanges; null for all that are exchanged.';
comment on column pgsync.nodes.row_filter
is 'Values that its rows must have, for each column that a table has; null for all rows.';
comment on column pgsync.nodes.last_sequence is 'The number of its newest upload.';
comment on column pgsync.nodes.last_body_hash
is 'The SHA-256 of its newest upload, so that a repetition is known.';
comment on column pgsync.nodes.last_answer is 'What its newest upload was answered.';
comment on column pgsync.nodes.acknowledged_tick is 'The tick up to which it has what was folded here.';
comment on column pgsync.nodes.acknowledged_at is 'When it said so.';
comment on column pgsync.nodes.status
is 'How its newest exchange ended, in its own words: success, partial or failed.';
comment on column pgsync.nodes.last_synced_at
is 'When its newest successful exchange was; one that brings nothing is noted every quarter of an hour.';
comment on column pgsync.nodes.last_error is 'What went wrong in its newest exchange, in its own words.';
comment on column pgsync.nodes.retry_count
is 'How many of its exchanges have failed since the last successful one.';
comment on column pgsync.nodes.must_resync is 'Whether it has to load everything anew.';
comment on column pgsync.nodes.resync_reason is 'Why it has to.';
comment on column pgsync.nodes.resync_number
is 'How often it had to: what it has loaded counts for the last time it had to, or not at all.';
comment on column pgsync.nodes.clock_skew is 'How much its clock was ahead of this one at its newest upload.';
comment on column pgsync.nodes.protection
is 'What its requests need at least: its token, signatures, or encrypted bodies, too.';
comment on column pgsync.nodes.diverged_tables
is 'The tables in which it did not have the same records when it was last compared.';
comment on column pgsync.nodes.diverged_at is 'Since when it has had others; null while it has the same.';
comment on column pgsync.nodes.seen_at is 'When it called last, to a quarter of an hour.';
comment on column pgsync.nodes.created_at is 'When it was added.';
comment on column pgsync.nodes.created_by is 'Who added it.';
comment on column pgsync.nodes.updated_at is 'When this row changed.';

create table pgsync.masters (
    endpoint text collate "C",
    node_name text,
    tables regclass[],
    incarnation text,
    next_page text,
    paged_tables text[] not null default '{}',
    uploaded_tick bigint not null default 0,
    sequence bigint not null default 0,
    unanswered jsonb,
    frozen_tables jsonb not null default '{}',
    quarantined_tables jsonb not null default '{}',
    missing_columns jsonb not null default '{}',
    added_columns jsonb not null default '{}',
    is_resyncing boolean not null default false,
    was_restored boolean not null default false,
    resent_until bigint,
    is_live boolean not null default false,
    other_urls text[] not null default '{}',
    protection text,
    certificate_ref text,
    authorities_ref text,
    status text not null default 'new',
    last_synced_at timestamptz,
    last_error text,
    retry_count integer not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    constraint masters_pkey primary key (endpoint),
    constraint masters_endpoint_fkey foreign key (endpoint)
    references pgsync.endpoints (name) on delete cascade,
    constraint status_is_known check (
        status in ('new', 'syncing', 'catching_up', 'success', 'partial', 'failed')
    ),
    constraint protection_is_known check (protection in ('token', 'signed', 'sealed')),
    constraint sequence_is_not_negative check (sequence >= 0),
    constraint retries_are_not_negative check (retry_count >= 0)
);

comment on table pgsync.masters
is 'The systems that this one calls to exchange records, and how far it has come.';
comment on column pgsync.masters.endpoint is 'Its endpoint.';
comment on column pgsync.masters.node_name is 'What it calls this system; null until it has said.';
comment on column pgsync.masters.tables
is 'The tables that are exchanged with it; null for all that are exchanged.';
comment on column pgsync.masters.incarnation is 'Its incarnation when it was called last.';
comment on column pgsync.masters.next_page is 'Its cursor behind the newest page that came.';
comment on column pgsync.masters.paged_tables
is 'The tables whose pages came up to that cursor: with a new one, all are read again.';
comment on column pgsync.masters.uploaded_tick is 'The tick up to which it has what was folded here.';
comment on column pgsync.masters.sequence is 'The number of the newest upload that it answered.';
comment on column pgsync.masters.unanswered
is 'The upload after that, which was sent and not answered yet: it is sent again as it is.';
comment on column pgsync.masters.frozen_tables
is 'Tables that are not exchanged, because their columns differ, each with how; all others are.';
comment on column pgsync.masters.quarantined_tables
is 'Tables of which records with values in a column that one side lacks are not exchanged, each with how.';
comment on column pgsync.masters.missing_columns
is 'The columns that only the master had when it was called last, of each table.';
comment on column pgsync.masters.added_columns
is 'Those for which a table was loaded anew: rows of before have no value of them.';
comment on column pgsync.masters.is_resyncing is 'Whether everything is loaded anew.';
comment on column pgsync.masters.was_restored
is 'Whether that is because the master was restored, so that it may have lost what is here.';
comment on column pgsync.masters.resent_until
is 'Changes up to this stamp may have been sent before this system was restored; null if it never was.';
comment on column pgsync.masters.other_urls
is 'Where else it may be, tried in this order where its endpoint does not answer.';
comment on column pgsync.masters.protection
is 'How calls are protected: token, signed or sealed; null for signed if a URL is without TLS.';
comment on column pgsync.masters.certificate_ref
is 'Where the certificate and the private key are that it is shown, never these; null for none.';
comment on column pgsync.masters.authorities_ref
is 'Where the authorities are that have signed its certificate; null for those of the system.';
comment on column pgsync.masters.is_live is 'Whether a worker exchanges records as soon as they change.';
comment on column pgsync.masters.status is 'How the newest exchange ended, or that one is under way.';
comment on column pgsync.masters.last_synced_at is 'When the newest successful exchange was.';
comment on column pgsync.masters.last_error is 'What went wrong in the newest exchange; null if nothing did.';
comment on column pgsync.masters.retry_count
is 'How many exchanges have failed since the last successful one.';
comment on column pgsync.masters.created_at is 'When it was added.';
comment on column pgsync.masters.updated_at is 'When this row changed.';

create table pgsync.staged_records (
    endpoint text collate "C" not null,
    place bigint generated always as identity,
    source_table regclass not null,
    record_id text not null,
    stamp bigint not null,
    origin text collate "C" not null,
    is_deleted boolean not null,
    image jsonb,
    lacking text[],
    constraint staged_records_pkey primary key (endpoint, place),
    constraint staged_records_endpoint_fkey foreign key (endpoint)
    references pgsync.masters (endpoint) on delete cascade
);

comment on table pgsync.staged_records
is 'Records that came from a master and are not applied yet, or could not be.';
comment on column pgsync.staged_records.endpoint is 'The endpoint of the master.';
comment on column pgsync.staged_records.place is 'Their order.';
comment on column pgsync.staged_records.source_table is 'The table.';
comment on column pgsync.staged_records.record_id is 'The key of the record.';
comment on column pgsync.staged_records.stamp is 'Its version: when it changed, in microseconds since 1970.';
comment on column pgsync.staged_records.origin is 'Its version: the system in which it changed.';
comment on column pgsync.staged_records.is_deleted is 'Whether it was deleted.';
comment on column pgsync.staged_records.image is 'The row.';
comment on column pgsync.staged_records.lacking
is 'Columns that it has values in and that were not here when it came: it waits for them.';

create table pgsync.conflicts (
    id bigint generated always as identity,
    source_table regclass not null,
    record_id text not null,
    node text collate "C" not null,
    type text not null,
    policy text not null,
    resolution text not null,
    state text not null,
    local_image jsonb,
    remote_image jsonb,
    base_image jsonb,
    result_image jsonb,
    local_version text,
    remote_version text,
    base_version text,
    error_class text,
    error_message text,
    noted_at timestamptz not null default clock_timestamp(),
    decided_by text,
    decided_at timestamptz,
    constraint conflicts_pkey primary key (id),
    constraint type_is_known check (
        type in (
            'insert_exists', 'update_origin_differs', 'update_exists', 'update_deleted', 'update_missing',
            'delete_origin_differs', 'multiple_unique_conflicts', 'refused'
        )
    ),
    constraint resolution_is_known check (
        resolution in ('apply_remote', 'keep_local', 'merged', 'queued', 'given')
    ),
    constraint state_is_known check (state in ('settled', 'open')),
    constraint decision_is_whole check ((decided_by is null) = (decided_at is null))
);

-- Of keys of any length.
create index conflicts_record on pgsync.conflicts using hash (record_id);
create index conflicts_open on pgsync.conflicts (id) where state = 'open';

comment on table pgsync.conflicts
is 'Records that two systems changed at once, what both had made of them, and what became of it.';
comment on column pgsync.conflicts.id is 'Its number.';
comment on column pgsync.conflicts.source_table is 'The table.';
comment on column pgsync.conflicts.record_id is 'The key of the record.';
comment on column pgsync.conflicts.node is 'The node whose change came.';
comment on column pgsync.conflicts.type
is 'What clashed, by the names of PostgreSQL; refused: the row cannot be written here.';
comment on column pgsync.conflicts.policy is 'The policy that decided.';
comment on column pgsync.conflicts.resolution
is 'What was done: apply_remote, keep_local, merged, queued for a person, or a row that a person has given.';
comment on column pgsync.conflicts.state is 'open while a person is to decide.';
comment on column pgsync.conflicts.local_image is 'The row here; null if there was none.';
comment on column pgsync.conflicts.remote_image is 'The row of the node; null if it was deleted there.';
comment on column pgsync.conflicts.base_image
is 'What the node had before, of the columns that it changed; null if unknown.';
comment on column pgsync.conflicts.result_image is 'The row that came of it; null if there is none.';
comment on column pgsync.conflicts.local_version is 'The version here.';
comment on column pgsync.conflicts.remote_version is 'The version of the node.';
comment on column pgsync.conflicts.base_version is 'The version that the node had changed; null if unknown.';
comment on column pgsync.conflicts.error_class
is 'The class of why the row could not be written; null if it could.';
comment on column pgsync.conflicts.error_message is 'Why it could not be written.';
comment on column pgsync.conflicts.noted_at is 'When it happened.';
comment on column pgsync.conflicts.decided_by is 'Who decided; null if a policy did.';
comment on column pgsync.conflicts.decided_at is 'When that was.';

revoke all on table pgsync.node_identity, pgsync.nodes, pgsync.masters, pgsync.staged_records from public;
revoke all on table pgsync.conflicts from public;

insert into pgsync.sync_configuration (
    config_key, config_value, default_value, kind, minimum, maximum, unit, description
)
values
(
    'tombstone_days', '90', '90', 'integer', 1, 36500, 'days',
    'How long a deletion is remembered for nodes that were away; longer while one has not seen it.'
),
(
    'node_max_lag_days', '180', '180', 'integer', 1, 36500, 'days',
    'How long deletions are kept for a node that does not come back; then it has to load everything anew.'
),
(
    'conflict_retention_days', '365', '365', 'integer', 1, 36500, 'days',
    'How long settled conflicts are kept, with the rows of both sides.'
),
(
    'alert_exchange_late_hours', '24', '24', 'integer', 1, 8760, 'hours',
    'How long no exchange with a node or a master may have succeeded before EXCHANGE_LATE.'
),
(
    'alert_clock_skew_seconds', '60', '60', 'integer', 1, 86400, 'seconds',
    'How far the clock of a node or a master may be off before CLOCK_SKEW.'
);

-- A version is that of whoever changed the record; it came through a neighbour, or was made here.
alter table pgsync.record_versions
add column via text collate "C" not null default '',
add column changed_xid xid8,
add column changed_log_id bigint,
add column created_tick bigint not null default 0,
add column base_stamp bigint,
add column base_origin text collate "C",
add column base_image jsonb,
add column refused_at timestamptz,
add column written_for text collate "C",
add constraint base_is_whole check ((base_stamp is null) = (base_origin is null)) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.record_versions validate constraint base_is_whole;
comment on column pgsync.record_versions.via
is 'The neighbour that it came through, or that has taken it; empty while only this system has it.';
comment on column pgsync.record_versions.changed_xid
is 'The transaction of its newest change, so that it is known again.';
comment on column pgsync.record_versions.changed_log_id
is 'The last id of the log that was given out by then: what the same transaction changed later is news.';
comment on column pgsync.record_versions.created_tick
is 'The tick up to which it was first folded, or again after a deletion.';
comment on column pgsync.record_versions.base_stamp
is 'The version that was changed here since a neighbour had it: its stamp; null if nothing was.';
comment on column pgsync.record_versions.base_origin is 'The same: its origin.';
comment on column pgsync.record_versions.base_image
is 'The row of that version, if the policy needs it and it was captured.';

comment on column pgsync.record_versions.written_for
is 'The node in whose upload it was written, whatever became of it; null if none was.';
comment on column pgsync.record_versions.refused_at
is 'When a master could not take it and had nothing else to offer; null if that is not so.';

-- squawk-ignore require-concurrent-index-deletion
drop index pgsync.record_versions_tick;
-- squawk-ignore require-concurrent-index-creation
create index record_versions_tick on pgsync.record_versions (source_table, tick, record_id) include (via);
-- squawk-ignore require-concurrent-index-creation
create index record_versions_refused on pgsync.record_versions (source_table) where refused_at is not null;

alter table pgsync.version_fold
add column snapshot pg_snapshot,
add column last_log_id bigint,
add column forgotten_through bigint not null default 0,
add column pruned_through bigint not null default 0;

alter table pgsync.ticks add column is_fold boolean not null default false;
comment on column pgsync.ticks.is_fold
is 'Whether the log was folded up to it; then it may be removed later.';

comment on column pgsync.version_fold.snapshot is 'The snapshot of that tick; null before the first fold.';
comment on column pgsync.version_fold.last_log_id is 'The last id of the log that was given out by then.';
comment on column pgsync.version_fold.pruned_through
is 'The tick up to which those that nobody needs were removed.';
comment on column pgsync.version_fold.forgotten_through
is 'The newest tick of a deletion that was forgotten: who has not read up to it has to load everything anew.';
update pgsync.version_fold as fold
set snapshot = tick.snapshot, last_log_id = tick.last_log_id
from pgsync.ticks as tick
where tick.id = fold.folded_through;

-- squawk-ignore ban-drop-function
drop function if exists pgsync.set_synced(regclass, boolean);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.versions_between(regclass, bigint, bigint, text, bigint, text, bigint);

-- squawk-ignore ban-drop-constraint
alter table pgsync.endpoints drop constraint kind_is_known;
alter table pgsync.endpoints add constraint kind_is_known check (kind in ('api', 'master')) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.endpoints validate constraint kind_is_known;

-- squawk-ignore ban-drop-constraint
alter table pgsync.api_tokens drop constraint scopes_are_known;
alter table pgsync.api_tokens
add column node text collate "C",
add column message_secret bytea,
add constraint scopes_are_known check (
    cardinality(scopes) > 0 and scopes <@ array['read', 'images', 'operate', 'admin', 'audit', 'node']
) not valid,
add constraint only_a_node_has_its_scope check (
    ('node' = any(scopes)) = (node is not null) and (node is null or cardinality(scopes) = 1 and site is null)
) not valid,
add constraint only_a_node_has_messages check (message_secret is null or node is not null) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.api_tokens validate constraint scopes_are_known;
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.api_tokens validate constraint only_a_node_has_its_scope;
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.api_tokens validate constraint only_a_node_has_messages;
comment on column pgsync.api_tokens.node is 'The node whose token it is; null for all others.';
comment on column pgsync.api_tokens.message_secret
is 'What keys for signed and encrypted messages of a node are made of; the token cannot be found from it.';
comment on column pgsync.api_tokens.scopes is 'What it allows: read, images, operate, admin, audit, node.';

create table pgsync.signed_messages (
    id_hash bytea,
    received_at timestamptz not null default clock_timestamp(),
    constraint signed_messages_pkey primary key (id_hash)
);

create index signed_messages_received_at on pgsync.signed_messages (received_at);

comment on table pgsync.signed_messages
is 'Signed requests that change something, so that none is taken again while its time is.';
comment on column pgsync.signed_messages.id_hash is 'The SHA-256 of its id.';
comment on column pgsync.signed_messages.received_at is 'When it came.';

revoke all on table pgsync.signed_messages from public;

-- squawk-ignore ban-drop-function
drop function if exists pgsync.create_token(text, text, bytea, text[], text, timestamptz);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.token_of(bytea, text);

-- Last, because applications that write look sources up, and wait while this transaction changes it.
alter table pgsync.sources
add column policy text not null default 'newer',
add column policy_columns text[],
add column policy_nodes text[],
add column drift text not null default 'freeze',
add constraint drift_is_known check (drift in ('freeze', 'evolve', 'quarantine')) not valid,
add constraint policy_is_known check (
    policy in ('newer', 'master', 'node', 'fields', 'delta', 'manual', 'priority')
) not valid,
add constraint policy_is_whole check (
    (policy = 'delta') = (policy_columns is not null) and (policy = 'priority') = (policy_nodes is not null)
) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.sources validate constraint drift_is_known;
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.sources validate constraint policy_is_known;
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.sources validate constraint policy_is_whole;
comment on column pgsync.sources.policy is 'Who wins where two systems change a record at once.';
comment on column pgsync.sources.policy_columns
is 'With the policy delta: the columns whose differences are added up.';
comment on column pgsync.sources.policy_nodes is 'With the policy priority: who wins, first to last.';
comment on column pgsync.sources.drift
is 'What becomes of a column that only the other side has: freeze leaves the table out, evolve adds it, '
'quarantine leaves out the records that have a value in it.';
