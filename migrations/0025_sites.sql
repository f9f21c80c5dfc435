-- A source may name the column that says to which site a record belongs. Posting keeps it with the status of
-- the record and with each attempt, so that people can be limited to what is of their sites.
alter table pgsync.sync_master_status add column site text;
comment on column pgsync.sync_master_status.site
is 'The site it belongs to, by its newest applied change; null for none.';

alter table pgsync.sync_audit_log add column site text;
comment on column pgsync.sync_audit_log.site
is 'The site of the record at that change; null for none.';

alter table ledger.journal_entries add column site text;
comment on column ledger.journal_entries.site
is 'The site of the record at that change; of a reversal, that of what it reverses; null for none.';

-- Nothing has a site yet, so these are empty; posting waits for one scan each, applications for none.
-- squawk-ignore require-concurrent-index-creation
create index sync_master_status_site on pgsync.sync_master_status (site) where site is not null;
-- squawk-ignore require-concurrent-index-creation
create index sync_audit_log_site on pgsync.sync_audit_log (site, log_id) where site is not null;

-- squawk-ignore require-concurrent-index-creation
create index journal_entries_site on ledger.journal_entries (site, id) where site is not null;

create table pgsync.site_members (
    member text not null,
    member_oid oid not null,
    site text not null,
    granted_at timestamptz not null default clock_timestamp(),
    granted_by text not null default session_user,
    constraint site_members_pkey primary key (member, site),
    constraint site_is_short check (octet_length(site) between 1 and 200)
);

comment on table pgsync.site_members is 'Which sites a role sees through the views site_….';
comment on column pgsync.site_members.member
is 'The name of the role; whoever is a member of it sees the site, too.';
comment on column pgsync.site_members.member_oid
is 'Its number: another role of that name, or in another cluster, sees nothing until it is granted again.';
comment on column pgsync.site_members.site is 'The site, as the site column of a source has it.';
comment on column pgsync.site_members.granted_at is 'When it was granted.';
comment on column pgsync.site_members.granted_by is 'The login that granted it.';

revoke all on table pgsync.site_members from public;

-- Last, because applications that write look sources up, and wait while this transaction changes it.
alter table pgsync.sources
add column site_column text,
add constraint site_column_is_captured check (captured_columns is null or site_column = any(captured_columns))
not valid;
-- The tables are few.
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.sources validate constraint site_column_is_captured;

comment on column pgsync.sources.site_column
is 'The column that says to which site a record belongs; null if its records belong to none.';

-- Made anew with another parameter.
-- squawk-ignore ban-drop-function
drop function if exists pgsync.attach(
    regclass, text[], text[], text[], text, text[], boolean, boolean, boolean, interval
);
-- squawk-ignore ban-drop-function
drop function if exists pgsync.planned_source(regclass, text[], text[], text[], text, text[], boolean);
