-- Verification compares the ledger with the tables it was posted from, and records what it found: how many
-- records and changes it accounts for, and each difference by name, with what became of it.
create table pgsync.verify_runs (
    job bigint not null,
    source_table regclass,
    since timestamptz,
    until timestamptz,
    heals boolean not null default false,
    dry_run boolean not null default false,
    whole_tables regclass[] not null default '{}',
    first_snapshot pg_snapshot not null default pg_current_snapshot(),
    last_snapshot pg_snapshot,
    named bigint not null default 0,
    heal_stopped text,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    report text,
    digest bytea,
    constraint verify_runs_pkey primary key (job),
    constraint span_is_in_order check (since < until),
    constraint digest_is_that_of_the_report check (
        (report is null) = (digest is null) and digest = sha256(convert_to(report, 'UTF8'))
    ),
    constraint report_comes_at_the_end check ((report is null) = (finished_at is null))
);

comment on table pgsync.verify_runs is 'Each verification: what it was to look at, and its report.';
comment on column pgsync.verify_runs.job is 'Its job; jobs are kept for a shorter time.';
comment on column pgsync.verify_runs.source_table is 'The only table it looks at; null for all.';
comment on column pgsync.verify_runs.since
is 'It looks only at records that changed from this time on; null for all records.';
comment on column pgsync.verify_runs.until is 'It looks only at records that changed before this time.';
comment on column pgsync.verify_runs.heals is 'Whether it heals what it finds.';
comment on column pgsync.verify_runs.dry_run is 'Whether it only says what it would heal.';
comment on column pgsync.verify_runs.whole_tables
is 'The tables it compares row by row; those of a span that have grown more than their changes tell.';
comment on column pgsync.verify_runs.first_snapshot is 'The snapshot of its start.';
comment on column pgsync.verify_runs.last_snapshot is 'The snapshot of its latest step.';
comment on column pgsync.verify_runs.named
is 'How many differences it has recorded; at verify_named_differences it records no more.';
comment on column pgsync.verify_runs.heal_stopped
is 'Why it healed nothing more; null if nothing stopped it.';
comment on column pgsync.verify_runs.started_at is 'When it started.';
comment on column pgsync.verify_runs.finished_at is 'When it ended; null until then.';
comment on column pgsync.verify_runs.report is 'Its report, as JSON.';
comment on column pgsync.verify_runs.digest is 'The SHA-256 of the report.';

create table pgsync.verified_days (
    job bigint not null,
    source_table regclass not null,
    day date not null,
    captured bigint not null default 0,
    posted bigint not null default 0,
    amended bigint not null default 0,
    reversed bigint not null default 0,
    unchanged bigint not null default 0,
    superseded bigint not null default 0,
    skipped bigint not null default 0,
    failed bigint not null default 0,
    waiting bigint not null default 0,
    lost bigint not null default 0,
    constraint verified_days_pkey primary key (job, source_table, day),
    constraint verified_days_job_fkey foreign key (job)
    references pgsync.verify_runs (job) on delete cascade,
    constraint all_changes_are_accounted_for check (
        captured = posted + amended + reversed + unchanged + superseded + skipped + failed + waiting + lost
    )
);

comment on table pgsync.verified_days
is 'What became of the changes of each table and day, by each verification.';
comment on column pgsync.verified_days.job is 'The verification.';
comment on column pgsync.verified_days.source_table is 'The table.';
comment on column pgsync.verified_days.day is 'The day on which they were captured, in books_time_zone.';
comment on column pgsync.verified_days.captured is 'All of them.';
comment on column pgsync.verified_days.posted is 'Those that posted a first entry.';
comment on column pgsync.verified_days.amended is 'Those that replaced an entry.';
comment on column pgsync.verified_days.reversed is 'Those that reversed an entry.';
comment on column pgsync.verified_days.unchanged is 'Those that changed nothing in the ledger.';
comment on column pgsync.verified_days.superseded is 'Those that a later change of the record overtook.';
comment on column pgsync.verified_days.skipped is 'Those that somebody skipped.';
comment on column pgsync.verified_days.failed is 'Those that are dead letters.';
comment on column pgsync.verified_days.waiting is 'Those that wait.';
comment on column pgsync.verified_days.lost is 'Those that neither wait nor have an outcome: differences.';

create table pgsync.verified_sources (
    job bigint not null,
    source_table regclass not null,
    records bigint not null default 0,
    equal bigint not null default 0,
    no_entry bigint not null default 0,
    waiting bigint not null default 0,
    failed bigint not null default 0,
    skipped bigint not null default 0,
    not_watched bigint not null default 0,
    different bigint not null default 0,
    constraint verified_sources_pkey primary key (job, source_table),
    constraint verified_sources_job_fkey foreign key (job)
    references pgsync.verify_runs (job) on delete cascade,
    constraint all_records_are_accounted_for check (
        records = equal + no_entry + waiting + failed + skipped + not_watched + different
    )
);

comment on table pgsync.verified_sources
is 'How the records of each table compare with the ledger, by each verification.';
comment on column pgsync.verified_sources.job is 'The verification.';
comment on column pgsync.verified_sources.source_table is 'The table.';
comment on column pgsync.verified_sources.records
is 'The records it looked at: the rows of the table, and those that are posted but have no row.';
comment on column pgsync.verified_sources.equal
is 'Those whose entries are exactly what the rules make of their row.';
comment on column pgsync.verified_sources.no_entry
is 'Those of which the rules make none, and that have none.';
comment on column pgsync.verified_sources.waiting is 'Those that differ because a change of them waits.';
comment on column pgsync.verified_sources.failed
is 'Those that differ because their last change is a dead letter.';
comment on column pgsync.verified_sources.skipped
is 'Those that differ because somebody skipped their last change.';
comment on column pgsync.verified_sources.not_watched
is 'Those that differ by a kind of change that the table is not attached for.';
comment on column pgsync.verified_sources.different is 'Those that differ, and nothing explains it.';

create table pgsync.sync_differences (
    id bigint generated always as identity,
    kind text not null,
    source_table regclass,
    record_id text collate "C",
    entry_id bigint,
    change_id bigint,
    detail text not null default '',
    found text not null,
    remedy text,
    expected jsonb,
    posted jsonb,
    amount bigint,
    currency text,
    state text not null default 'open',
    first_job bigint not null,
    last_job bigint not null,
    seen integer not null default 1,
    first_seen_at timestamptz not null default clock_timestamp(),
    last_seen_at timestamptz not null default clock_timestamp(),
    state_since timestamptz not null default clock_timestamp(),
    state_by text not null default session_user,
    reason text,
    constraint sync_differences_pkey primary key (id),
    constraint kind_is_a_word check (kind ~ '^[a-z][a-z_]{0,62}$'),
    constraint record_id_is_short check (octet_length(record_id) <= 2100),
    constraint detail_is_short check (octet_length(detail) <= 400),
    constraint record_has_a_table check (record_id is null or source_table is not null),
    constraint state_is_known check (state in ('open', 'investigating', 'healed', 'accepted', 'gone')),
    constraint accepted_for_a_reason check (state <> 'accepted' or reason is not null),
    constraint amount_has_a_currency check ((amount is null) = (currency is null))
);

create unique index one_difference_at_a_time on pgsync.sync_differences (
    kind, coalesce(source_table, 0::oid), coalesce(record_id, ''), coalesce(entry_id, 0),
    coalesce(change_id, 0), detail
)
where state <> 'gone' and state <> 'healed';
create index sync_differences_last_job on pgsync.sync_differences (last_job);

comment on table pgsync.sync_differences
is 'What verifications found to be different from what it should be, and what became of each.';
comment on column pgsync.sync_differences.kind is 'What kind of difference: see pgsync.difference_kinds.';
comment on column pgsync.sync_differences.source_table is 'The table of the record.';
comment on column pgsync.sync_differences.record_id is 'The record, as pgsync.short_id keeps it.';
comment on column pgsync.sync_differences.entry_id is 'The journal entry, if it is about one.';
comment on column pgsync.sync_differences.change_id is 'The change, if it is about one.';
comment on column pgsync.sync_differences.detail
is 'What distinguishes it from others of its kind that are about no record, entry or change.';
comment on column pgsync.sync_differences.found is 'What was found, in words.';
comment on column pgsync.sync_differences.remedy is 'What to do about it, if healing cannot.';
comment on column pgsync.sync_differences.expected is 'The lines that the rules make of the row.';
comment on column pgsync.sync_differences.posted is 'The lines that are posted.';
comment on column pgsync.sync_differences.amount
is 'The amount at stake, in the smallest unit: half of what the accounts differ by.';
comment on column pgsync.sync_differences.currency is 'The currency of the amount.';
comment on column pgsync.sync_differences.state
is 'open, investigating (needs a person), healed, accepted (for a reason), or gone: no longer found.';
comment on column pgsync.sync_differences.first_job is 'The verification that found it first.';
comment on column pgsync.sync_differences.last_job is 'The verification that found it last.';
comment on column pgsync.sync_differences.seen is 'How many verifications found it.';
comment on column pgsync.sync_differences.first_seen_at is 'When it was first found.';
comment on column pgsync.sync_differences.last_seen_at is 'When it was last found.';
comment on column pgsync.sync_differences.state_since is 'Since when it has its state.';
comment on column pgsync.sync_differences.state_by is 'The login that gave it its state.';
comment on column pgsync.sync_differences.reason is 'Why it has its state.';

create table pgsync.sync_heals (
    id bigint generated always as identity,
    job bigint not null,
    difference bigint not null,
    source_table regclass not null,
    record_id text collate "C" not null,
    change_id bigint not null,
    entry_ids bigint[] not null,
    fingerprint bigint not null,
    rules text[] not null,
    healed_at timestamptz not null default clock_timestamp(),
    healed_by text not null default session_user,
    undone_at timestamptz,
    undone_by text,
    constraint sync_heals_pkey primary key (id),
    constraint sync_heals_difference_fkey foreign key (difference) references pgsync.sync_differences (id),
    constraint record_id_is_short check (octet_length(record_id) <= 2100),
    constraint undoing_is_whole check ((undone_at is null) = (undone_by is null))
);

create index sync_heals_job on pgsync.sync_heals (job);
create index sync_heals_difference on pgsync.sync_heals (difference);
create index sync_heals_record on pgsync.sync_heals (source_table, record_id, healed_at);

comment on table pgsync.sync_heals
is 'Each healing: the change that was added for a record, and how it stood before.';
comment on column pgsync.sync_heals.job is 'The verification that healed it.';
comment on column pgsync.sync_heals.difference is 'The difference.';
comment on column pgsync.sync_heals.source_table is 'The table of the record.';
comment on column pgsync.sync_heals.record_id is 'The record, as pgsync.short_id keeps it.';
comment on column pgsync.sync_heals.change_id is 'The change that was added to the queue.';
comment on column pgsync.sync_heals.entry_ids is 'The entries of the record before.';
comment on column pgsync.sync_heals.fingerprint is 'The fingerprint of its status before.';
comment on column pgsync.sync_heals.rules is 'The rules they were posted by.';
comment on column pgsync.sync_heals.healed_at is 'When it was healed.';
comment on column pgsync.sync_heals.healed_by is 'The login that healed it.';
comment on column pgsync.sync_heals.undone_at is 'When it was undone; null if it was not.';
comment on column pgsync.sync_heals.undone_by is 'The login that undid it.';

create type pgsync.record_verdict as (
    record_id text,
    verdict text,
    image jsonb,
    entry_ids bigint[],  -- noqa: LT01
    posted_rules text[],  -- noqa: LT01
    expected_rules text[],  -- noqa: LT01
    failure text
);

comment on type pgsync.record_verdict is 'How a record compares with what is posted for it.';

revoke all on table
pgsync.verify_runs, pgsync.verified_days, pgsync.verified_sources, pgsync.sync_differences, pgsync.sync_heals
from public;
revoke all on sequence pgsync.sync_differences_id_seq, pgsync.sync_heals_id_seq from public;

insert into pgsync.sync_configuration (
    config_key, config_value, default_value, kind, minimum, maximum, unit, description
)
values
(
    'verify_step_milliseconds', '500', '500', 'integer', 10, 5000, 'milliseconds',
    'How long one step of a verification may take; the number of rows follows from it.'
),
(
    'verify_interval_days', '7', '7', 'integer', 1, 366, 'days',
    'How often everything is to be verified. Without that for twice as long, the score is at most 94.'
),
(
    'verify_named_differences', '10000', '10000', 'integer', 1, 1000000, 'differences',
    'How many differences one verification records; after that it only counts records that differ.'
),
(
    'reconcile_heals', 'true', 'true', 'boolean', null, null, null,
    'Whether the schedule reconcile heals what it finds, within the limits of healing.'
),
(
    'heal_limit_records', '100', '100', 'integer', 0, 1000000, 'records',
    'How many records one verification heals at most.'
),
(
    'heal_limit_percent', '1', '1', 'number', 0, 100, 'percent',
    'A verification heals nothing if more of the records that it looked at differ, and more than ten.'
),
(
    'heal_limit_amount', '100000', '100000', 'number', 0, 1e15, null,
    'A verification heals nothing if more money is at stake than this, in units of any one currency.'
);

-- It returns rows of this table.
-- squawk-ignore ban-drop-function
drop function if exists pgsync.inspect_schema(), pgsync.present_objects();
alter table pgsync.schema_objects add column body text not null default '';
comment on column pgsync.schema_objects.body is 'Of a function: the SHA-256 of its body.';

update pgsync.sync_configuration
set description = 'How many hours lie between two runs of the schedule reconcile.'
where config_key = 'reconciliation_frequency_hours';

insert into pgsync.sync_schedules (name, kind, type, cron, hours_setting)
values
('reconcile', 'reconcile', null, '0 * * * *', 'reconciliation_frequency_hours'),
('verify', 'verify', 'full', '30 2 * * 0', null);
