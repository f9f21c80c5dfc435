-- A chain over the audit log, the journal and what gives them their meaning, built beside posting, which
-- pays nothing for it. A block lists rows by key with the SHA-256 of each, so that one changed byte is
-- found at its row; the head of a block follows from all its fields and the head before it. The view
-- chain_rows has all that is chained; AuditChain.md says how it can be recomputed without pgsync.
create table pgsync.audit_chain (
    seq bigint not null,
    kind text collate "C" not null,
    part bigint not null,
    row_count integer not null,
    keys text[] collate "C" not null,
    digests bytea[] not null,
    list_digest bytea not null,
    since timestamptz,
    snapshot pg_snapshot,
    system_identifier bigint not null,
    chained_at timestamptz not null,
    chained_by text not null,
    previous_head bytea,
    head bytea not null,
    constraint audit_chain_pkey primary key (seq),
    constraint seq_counts_from_one check (seq > 0 and (seq = 1) = (previous_head is null)),
    constraint lists_are_whole check (
        row_count > 0 and cardinality(keys) = row_count and cardinality(digests) = row_count
    ),
    constraint digests_are_sha256 check (
        octet_length(list_digest) = 32 and octet_length(head) = 32 and octet_length(previous_head) = 32
    )
);

-- Digests cannot be compressed.
alter table pgsync.audit_chain alter column digests set storage external;
create index audit_chain_kind_part on pgsync.audit_chain (kind, part);

comment on table pgsync.audit_chain
is 'The blocks of the chain over the audit log and the journal; never changed. AuditChain.md explains it.';
comment on column pgsync.audit_chain.seq is 'The number of the block: 1, 2, 3 … without a gap.';
comment on column pgsync.audit_chain.kind is 'The kind of its rows, as in chain_rows.';
comment on column pgsync.audit_chain.part is 'Its rows have ids from 16384 × part to 16384 × (part + 1) - 1.';
comment on column pgsync.audit_chain.row_count is 'How many rows it has.';
comment on column pgsync.audit_chain.keys is 'The keys of its rows, in the order of their ids.';
comment on column pgsync.audit_chain.digests is 'The SHA-256 of the content of each row, in the same order.';
comment on column pgsync.audit_chain.list_digest
is 'The SHA-256 of the list: for each row a line of digest, two blanks and key, as sha256sum writes it.';
comment on column pgsync.audit_chain.since
is 'Its rows became visible after this; null if they were there when the chain began, or were restored.';
comment on column pgsync.audit_chain.snapshot is 'And are visible in this; null in the same cases.';
comment on column pgsync.audit_chain.system_identifier is 'The database system that chained them.';
comment on column pgsync.audit_chain.chained_at is 'When they were chained.';
comment on column pgsync.audit_chain.chained_by is 'The login that chained them.';
comment on column pgsync.audit_chain.previous_head is 'The head of the block before; null for the first.';
comment on column pgsync.audit_chain.head is 'The SHA-256 of all other fields: see pgsync.chain_head.';

create table pgsync.chain_kinds (
    kind text collate "C" not null,
    place integer not null,
    source text,
    boundary pg_snapshot,
    boundary_at timestamptz,
    target pg_snapshot,
    target_at timestamptz,
    reached_at timestamptz,
    reached_xid xid8,
    reached_key text,
    survey_part bigint,
    surveyed_before timestamptz,
    surveyed_through bigint,
    mark_xids xid8[] not null default '{}',
    mark_times timestamptz[] not null default '{}',
    system_identifier bigint,
    constraint chain_kinds_pkey primary key (kind),
    constraint kind_is_a_word check (kind ~ '^[a-z][a-z_]{0,30}$'),
    constraint target_is_whole check ((target is null) = (target_at is null))
);

comment on table pgsync.chain_kinds
is 'How far the chain reaches: a row for each kind of rows that it covers.';
comment on column pgsync.chain_kinds.kind is 'The kind, as in chain_rows.';
comment on column pgsync.chain_kinds.place is 'Kinds are chained in this order.';
comment on column pgsync.chain_kinds.source
is 'The table, if it is too large to be compared each time: new rows are found by their transactions.';
comment on column pgsync.chain_kinds.boundary
is 'Rows of the transactions that are visible in this are chained; null before the first time.';
comment on column pgsync.chain_kinds.boundary_at is 'When that was.';
comment on column pgsync.chain_kinds.target is 'The next boundary, while its rows are being chained.';
comment on column pgsync.chain_kinds.target_at is 'When that was.';
comment on column pgsync.chain_kinds.reached_at is 'How far it has come: the time of the last row.';
comment on column pgsync.chain_kinds.reached_xid is 'How far it has come: the transaction of the last row.';
comment on column pgsync.chain_kinds.reached_key is 'How far it has come: the last row.';
comment on column pgsync.chain_kinds.survey_part
is 'When it begins or after a restore, all rows are compared: the next part to do; null when done.';
comment on column pgsync.chain_kinds.surveyed_before
is 'Rows from before this were or will be chained by that, whatever transaction they name.';
comment on column pgsync.chain_kinds.surveyed_through is 'And rows up to this id.';
comment on column pgsync.chain_kinds.mark_xids
is 'Transactions numbered from these on began to write after the times in mark_times.';
comment on column pgsync.chain_kinds.mark_times is 'The moments that belong to mark_xids.';
comment on column pgsync.chain_kinds.system_identifier
is 'The database system whose transactions these are: after a restore elsewhere, they say nothing.';

insert into pgsync.chain_kinds (kind, place, source)
values
('audit', 1, 'pgsync.sync_audit_log'),
('entry', 2, 'ledger.journal_entries'),
('period', 3, null),
('rule', 4, null),
('rule_end', 5, null),
('account', 6, null),
('currency', 7, null);

create table pgsync.chain_tables (
    source_table regclass not null,
    name text collate "C" not null,
    constraint chain_tables_pkey primary key (source_table),
    constraint name_is_used_once unique (name)
);

comment on table pgsync.chain_tables
is 'What the chain calls each table: its name when it was first chained, so that it may be renamed.';
comment on column pgsync.chain_tables.source_table is 'The table.';
comment on column pgsync.chain_tables.name is 'Its name in the chain.';

create table pgsync.chain_anchors (
    id bigint generated always as identity,
    kind text not null,
    destination text not null,
    seq bigint not null,
    head bytea not null,
    row_count bigint not null,
    anchored_at timestamptz not null default clock_timestamp(),
    anchored_by text not null default session_user,
    constraint chain_anchors_pkey primary key (id),
    constraint kind_is_known check (kind in ('file', 'syslog', 'database', 'command')),
    constraint destination_is_short check (octet_length(destination) between 1 and 500),
    constraint head_is_sha256 check (octet_length(head) = 32)
);

create index chain_anchors_destination on pgsync.chain_anchors (kind, destination, id);

comment on table pgsync.chain_anchors
is 'When the head of the chain was written to which place outside: the proof is there, not here.';
comment on column pgsync.chain_anchors.kind is 'file, syslog, database or command.';
comment on column pgsync.chain_anchors.destination
is 'Where: such as host and path of the file; never a secret.';
comment on column pgsync.chain_anchors.seq is 'The last block.';
comment on column pgsync.chain_anchors.head is 'Its head.';
comment on column pgsync.chain_anchors.row_count is 'How many rows the chain had.';
comment on column pgsync.chain_anchors.anchored_at is 'When.';
comment on column pgsync.chain_anchors.anchored_by is 'The login that did it.';

create table pgsync.chain_verifications (
    id bigint generated always as identity,
    state text not null default 'running',
    from_seq bigint not null,
    to_seq bigint not null,
    head bytea,
    next_seq bigint not null,
    next_kind text collate "C",
    next_part bigint not null default 0,
    links bigint not null default 0,
    rows_checked bigint not null default 0,
    rows_waiting bigint not null default 0,
    rows_dropped bigint not null default 0,
    findings bigint not null default 0,
    anchors jsonb not null default '[]',
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    verified_by text not null default session_user,
    constraint chain_verifications_pkey primary key (id),
    constraint state_is_known check (state in ('running', 'verified', 'broken', 'unanchored')),
    constraint finished_at_tells_the_end check ((state = 'running') = (finished_at is null)),
    constraint verified_means_all check (
        state <> 'verified'
        or (findings = 0 and links = to_seq - from_seq + 1 and jsonb_array_length(anchors) > 0)
    )
);

comment on table pgsync.chain_verifications is 'Each verification of the chain, and what came of it.';
comment on column pgsync.chain_verifications.state
is 'running, verified, broken (there are findings) or unanchored (no anchor of the last day was compared).';
comment on column pgsync.chain_verifications.from_seq is 'The first block; 1 if all were verified.';
comment on column pgsync.chain_verifications.to_seq is 'The last block when it began; 0 if there was none.';
comment on column pgsync.chain_verifications.head is 'The head of that block.';
comment on column pgsync.chain_verifications.next_seq is 'The next block to verify.';
comment on column pgsync.chain_verifications.next_kind
is 'Then the rows, kind by kind: the next kind; null when done.';
comment on column pgsync.chain_verifications.next_part is 'And its next part.';
comment on column pgsync.chain_verifications.links is 'How many links between blocks were recomputed.';
comment on column pgsync.chain_verifications.rows_checked is 'How many rows were recomputed.';
comment on column pgsync.chain_verifications.rows_waiting
is 'How many rows were not due to be chained yet.';
comment on column pgsync.chain_verifications.rows_dropped
is 'How many chained rows were in ranges that were dropped.';
comment on column pgsync.chain_verifications.findings is 'How many things were wrong.';
comment on column pgsync.chain_verifications.anchors
is 'Which anchors were compared, and the newest of each.';
comment on column pgsync.chain_verifications.started_at is 'When it began.';
comment on column pgsync.chain_verifications.finished_at is 'When it ended; null until then.';
comment on column pgsync.chain_verifications.verified_by is 'The login that verified.';

create table pgsync.chain_findings (
    id bigint generated always as identity,
    verification bigint not null,
    finding text not null,
    seq bigint,
    kind text,
    key text,
    found text not null,
    constraint chain_findings_pkey primary key (id),
    constraint chain_findings_verification_fkey foreign key (verification)
    references pgsync.chain_verifications (id)
);

create index chain_findings_verification on pgsync.chain_findings (verification, id);

comment on table pgsync.chain_findings is 'What verifications of the chain found wrong.';
comment on column pgsync.chain_findings.verification is 'The verification.';
comment on column pgsync.chain_findings.finding is 'What is wrong, in a word: see AuditChain.md.';
comment on column pgsync.chain_findings.seq is 'The block.';
comment on column pgsync.chain_findings.kind is 'The kind of the row.';
comment on column pgsync.chain_findings.key is 'The row.';
comment on column pgsync.chain_findings.found is 'What was found, in words.';

insert into pgsync.sync_schedules (name, kind, cron) values ('chain', 'chain', '*/5 * * * *');

revoke all on table
pgsync.audit_chain, pgsync.chain_kinds, pgsync.chain_tables, pgsync.chain_anchors, pgsync.chain_verifications,
pgsync.chain_findings
from public;
revoke all on sequence
pgsync.chain_anchors_id_seq, pgsync.chain_verifications_id_seq, pgsync.chain_findings_id_seq
from public;
