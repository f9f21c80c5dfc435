create or replace view pgsync.site_records with (security_barrier) as
select
    master.site,
    master.source_table,
    master.record_id,
    master.entry_ids,
    master.rules,
    master.updated_at,
    master.last_audited
from pgsync.sync_master_status as master
where master.site in (select own.site from pgsync.own_sites as own);

comment on view pgsync.site_records
is 'The records of the sites that the current user may see, and what is posted for them.';
comment on column pgsync.site_records.site is 'The site, by the newest posted change of the record.';
comment on column pgsync.site_records.source_table is 'The table of the record.';
comment on column pgsync.site_records.record_id is 'The key of the record.';
comment on column pgsync.site_records.entry_ids is 'The entries that stand for it.';
comment on column pgsync.site_records.rules is 'The rules that made them.';
comment on column pgsync.site_records.updated_at is 'When its status last changed.';
comment on column pgsync.site_records.last_audited is 'The last change of the record that was tried.';
