-- Ranges of ids: sync_logs and sync_audit_log are kept as tables of their own for each range, so that old
-- history goes by dropping one. Here is the list of them and of what was counted before one went; the
-- functions of sql/functions/ranges do the work, after this migration, because it takes several transactions.
create table pgsync.id_ranges (
    table_name text not null,
    range_name text not null,
    from_id bigint not null,
    until_id bigint not null,
    state text not null default 'kept',
    made_at timestamptz not null default now(),
    made_by text not null default session_user,
    frozen_through bigint,
    newest_at timestamptz,
    frozen_at timestamptz,
    dropped_at timestamptz,
    dropped_by text,
    row_count bigint,
    bytes bigint,
    inserted bigint,
    constraint id_ranges_pkey primary key (range_name),
    constraint one_range_from_each_id unique (table_name, from_id),
    constraint table_name_is_known check (table_name in ('sync_logs', 'sync_audit_log')),
    constraint state_is_known check (state in ('kept', 'freezing', 'frozen', 'dropped')),
    constraint range_has_ids check (from_id >= 0 and from_id < until_id),
    constraint frozen_at_tells_the_state check ((state in ('frozen', 'dropped')) = (frozen_at is not null)),
    constraint dropped_at_tells_the_state check (
        (state = 'dropped') = (dropped_at is not null)
        and (dropped_at is null) = (dropped_by is null)
        and (dropped_at is null) = (inserted is null)
    )
);

comment on table pgsync.id_ranges
is 'The ranges of ids that sync_logs and sync_audit_log are kept in, each a table, also those dropped.';
comment on column pgsync.id_ranges.table_name is 'sync_logs or sync_audit_log.';
comment on column pgsync.id_ranges.range_name is 'The table that holds, or held, the changes of this range.';
comment on column pgsync.id_ranges.from_id is 'Its first id; the first range also holds whatever is below.';
comment on column pgsync.id_ranges.until_id is 'The first id after it.';
comment on column pgsync.id_ranges.state
is 'kept; freezing, while its totals are computed; frozen, when they are complete; dropped.';
comment on column pgsync.id_ranges.made_at is 'When it was made.';
comment on column pgsync.id_ranges.made_by is 'The login that made it.';
comment on column pgsync.id_ranges.frozen_through is 'Totals include the ids below this one.';
comment on column pgsync.id_ranges.newest_at is 'The time of the newest row that totals include.';
comment on column pgsync.id_ranges.frozen_at is 'When its totals were complete.';
comment on column pgsync.id_ranges.dropped_at is 'When it was dropped; null until then.';
comment on column pgsync.id_ranges.dropped_by is 'The login that dropped it.';
comment on column pgsync.id_ranges.row_count is 'How many rows its totals include.';
comment on column pgsync.id_ranges.bytes is 'How much space dropping it freed, indexes included.';
comment on column pgsync.id_ranges.inserted
is 'How many inserts the statistics had counted then.';

create table pgsync.range_totals (
    range_name text not null,
    source_table regclass not null,
    day date not null,
    outcome text not null,
    table_name text not null,
    row_count bigint not null,
    entry_count bigint not null,
    first_id bigint not null,
    last_id bigint not null,
    digest bytea not null,
    snapshot pg_snapshot not null,
    frozen_at timestamptz not null default clock_timestamp(),
    constraint range_totals_pkey primary key (range_name, source_table, day, outcome),
    -- squawk-ignore adding-foreign-key-constraint
    constraint range_totals_range_name_fkey foreign key (range_name) references pgsync.id_ranges (range_name),
    constraint row_count_is_positive check (row_count > 0),
    constraint entry_count_is_not_negative check (entry_count >= 0),
    constraint digest_is_sha256 check (octet_length(digest) = 32)
);

comment on table pgsync.range_totals
is 'What a range held, by table, day and outcome: counted before it is dropped, so that proof outlives it.';
comment on column pgsync.range_totals.range_name is 'The range.';
comment on column pgsync.range_totals.source_table is 'The table whose changes these are.';
comment on column pgsync.range_totals.day
is 'The day in UTC: of capture for a range of sync_logs, of the attempt for one of sync_audit_log.';
comment on column pgsync.range_totals.outcome
is 'captured for the changes themselves, else how they ended; of sync_audit_log, how attempts ended.';
comment on column pgsync.range_totals.table_name is 'What the table was called then.';
comment on column pgsync.range_totals.row_count is 'How many changes, or attempts.';
comment on column pgsync.range_totals.entry_count is 'How many journal entries they name.';
comment on column pgsync.range_totals.first_id is 'The lowest id among them.';
comment on column pgsync.range_totals.last_id is 'The highest id among them.';
comment on column pgsync.range_totals.digest
is 'SHA-256 over the rows in the order of their key; see Retention.md.';
comment on column pgsync.range_totals.snapshot is 'The snapshot in which the last of them was read.';
comment on column pgsync.range_totals.frozen_at is 'When the last of them was read.';

insert into pgsync.sync_configuration (
    config_key, config_value, default_value, kind, minimum, maximum, unit, description
)
values
(
    'audit_retention_days', '2922', '2922', 'integer', 1, 36500, 'days',
    'How long the audit log keeps what became of changes; the default is eight years.'
);

update pgsync.sync_configuration as setting
set description = 'How long the log keeps finished changes, and how long stopped workers are remembered.'
where setting.config_key = 'retention_days';

revoke all on table pgsync.id_ranges, pgsync.range_totals from public;

-- What is left of dropped ranges is chained, and so are the reports of verifications.
insert into pgsync.chain_kinds (kind, place) values ('range', 8), ('report', 9);
