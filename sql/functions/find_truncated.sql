-- Where one partition was emptied, the log does not say which records were in it; the table says which are
-- gone. They are logged as deleted, in the snapshot in which they were missing: as with what a backfill has
-- read, that tells them from a record of the same key that somebody inserts meanwhile.
create or replace function pgsync.find_truncated(claim pgsync.claim)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_records constant text[] := array(
        select coalesce(log.record_id, master.record_id)
        from pgsync.sync_master_status as master
        -- A long id is whole in the log alone.
        left join pgsync.sync_logs as log on log.id = master.last_audited and octet_length(master.record_id) > 500
        where master.source_table = claim.source_table and master.entry_ids <> '{}'
        union
        select log.record_id
        from pgsync.sync_queue as queue
        inner join pgsync.sync_logs as log on log.id = queue.log_id
        where log.source_table = claim.source_table and log.id < claim.log_id and log.action <> 'truncate'
    );
begin
    with gone as (
        insert into pgsync.sync_logs (source_table, record_id, action, slot, correlation_id, snapshot)
        select
            claim.source_table,
            known.record_id,
            'delete',
            (hashtext(known.record_id) & 1023)::smallint,
            claim.correlation_id,
            pg_current_snapshot()
        from unnest(v_records) as known (record_id)
        left join pgsync.current_images(claim.source_table, v_records) as present
            on present.record_id = known.record_id
        where present.record_id is null
        returning id, slot
    )

    insert into pgsync.sync_queue (log_id, slot)
    select gone.id, gone.slot from gone;
end;
$$;

comment on function pgsync.find_truncated(pgsync.claim)
is 'Logs the records that a TRUNCATE of a part of their table has taken away.';
