-- The linter cannot read collate here.
-- noqa: disable=all
create or replace view pgsync.site_changes with (security_barrier) as
select
    log.id,
    log.source_table,
    log.record_id,
    log.action,
    log.captured_at,
    log.captured_xid,
    log.origin,
    log.correlation_id,
    log.snapshot is not null as is_backfilled,
    log.image_key is not null as is_encrypted
from pgsync.sync_logs as log
where exists (
        select
        from pgsync.sync_audit_log as audit
        where audit.log_id = log.id and audit.site in (select own.site from pgsync.own_sites as own)
    )
    -- What waits is of a site as site_waiting says.
    or exists (
        select
        from pgsync.sync_queue as queue
        inner join pgsync.sources as source on source.source_table = log.source_table
        left join lateral (
            select own.site
            from pgsync.sync_master_status as own
            where own.source_table = log.source_table
                and own.record_id = pgsync.short_id(log.record_id) collate "C"
        ) as master on true
        where queue.log_id = log.id
            and pgsync.site_in(log.data, source.site_column, master.site)
            in (select own.site from pgsync.own_sites as own)
    );

comment on view pgsync.site_changes
is 'The changes of the sites that the current user may see, tried or waiting, without their images.';
comment on column pgsync.site_changes.id is 'The change.';
comment on column pgsync.site_changes.source_table is 'The table of the record.';
comment on column pgsync.site_changes.record_id is 'The key of the record.';
comment on column pgsync.site_changes.action is 'create, update or delete.';
comment on column pgsync.site_changes.captured_at is 'When it was captured.';
comment on column pgsync.site_changes.captured_xid is 'The transaction that made it.';
comment on column pgsync.site_changes.origin is 'What its writer set as pgsync.origin; null if unset.';
comment on column pgsync.site_changes.correlation_id
is 'What its writer set as pgsync.correlation_id; null if unset.';
comment on column pgsync.site_changes.is_backfilled is 'Whether a backfill has read it.';
comment on column pgsync.site_changes.is_encrypted is 'Whether its image is encrypted.';
