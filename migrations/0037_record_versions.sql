-- Which tables are exchanged with other systems, and the newest version of each of their records. The log is
-- folded into them from tick to tick, so that a system that was away for months reads one row a record, and
-- does not need the log of that time.
create table pgsync.record_versions (
    source_table regclass not null,
    record_id text collate "C" not null,
    long_id text,
    tick bigint not null,
    stamp bigint not null,
    origin text collate "C" not null default '',
    deleted_at timestamptz,
    constraint record_versions_pkey primary key (source_table, record_id)
);

create index record_versions_tick on pgsync.record_versions (source_table, tick, record_id);

comment on table pgsync.record_versions
is 'The newest version of each record of a table that is exchanged; deleted ones stay as tombstones.';
comment on column pgsync.record_versions.source_table is 'The table.';
comment on column pgsync.record_versions.record_id is 'The key of the record; of a long one its short form.';
comment on column pgsync.record_versions.long_id
is 'The key, if it is longer than its short form; else null.';
comment on column pgsync.record_versions.tick is 'The tick up to which its newest change was folded.';
comment on column pgsync.record_versions.stamp
is 'When it changed, in microseconds since 1970, and always more than before: its version, with the origin.';
comment on column pgsync.record_versions.origin is 'The system in which it changed; empty for this one.';
comment on column pgsync.record_versions.deleted_at is 'When it was deleted; null while it is there.';

create table pgsync.version_fold (
    id boolean not null default true,
    folded_through bigint,
    folded_at timestamptz,
    constraint version_fold_pkey primary key (id),
    constraint there_is_one_row check (id)
);

insert into pgsync.version_fold default values;

comment on table pgsync.version_fold is 'How far the log is folded into record_versions; one row.';
comment on column pgsync.version_fold.id is 'Always true.';
comment on column pgsync.version_fold.folded_through is 'The tick; null before the first fold.';
comment on column pgsync.version_fold.folded_at is 'When that was.';

revoke all on table pgsync.record_versions, pgsync.version_fold from public;

-- Last, because applications that write look sources up, and wait while this transaction changes it.
alter table pgsync.sources add column synced boolean not null default false;
comment on column pgsync.sources.synced is 'Whether its records are exchanged with other systems.';
