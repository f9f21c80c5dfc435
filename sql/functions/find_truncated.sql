-- Where one partition was emptied, the log does not say which records were in it; the table says which are
-- gone. They are logged as deleted, in the snapshot in which they were missing: as with what a backfill has
-- read, that tells them from a record of the same key that somebody inserts meanwhile.
create or replace function pgsync.find_truncated(log_id bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_attempts integer;
    v_truncation pgsync.sync_logs;
    v_records text[];
begin
    select queue.attempts
    into v_attempts
    from pgsync.sync_queue as queue
    where queue.log_id = find_truncated.log_id and queue.sync_status = 'pending'
    for update skip locked;
    if not found then
        return false;
    end if;
    select log.* into v_truncation from pgsync.sync_logs as log where log.id = find_truncated.log_id;
    v_records := array(
        select master.record_id
        from pgsync.sync_master_status as master
        where master.source_table = v_truncation.source_table and master.entry_ids <> '{}'
        union
        select log.record_id
        from pgsync.sync_queue as queue
        inner join pgsync.sync_logs as log on log.id = queue.log_id
        where log.source_table = v_truncation.source_table and log.id < v_truncation.id and log.action <> 'truncate'
    );

    with gone as (
        insert into pgsync.sync_logs (source_table, record_id, action, slot, correlation_id, snapshot)
        select
            v_truncation.source_table,
            known.record_id,
            'delete',
            (hashtext(known.record_id) & 1023)::smallint,
            v_truncation.correlation_id,
            pg_current_snapshot()
        from unnest(v_records) as known (record_id)
        left join pgsync.current_images(v_truncation.source_table, v_records) as present
            on present.record_id = known.record_id
        where present.record_id is null
        returning id, slot
    )

    insert into pgsync.sync_queue (log_id, slot)
    select gone.id, gone.slot from gone;

    insert into pgsync.sync_audit_log (
        log_id, attempt, outcome, source_table, record_id, worker, duration, correlation_id
    )
    values (
        v_truncation.id, v_attempts + 1, 'unchanged', v_truncation.source_table, v_truncation.record_id,
        coalesce(nullif(current_setting('application_name'), ''), session_user::text), clock_timestamp() - v_started,
        v_truncation.correlation_id
    );
    delete from pgsync.sync_queue as queue where queue.log_id = v_truncation.id;
    return true;
end;
$$;

comment on function pgsync.find_truncated(bigint)
is 'Logs the records that a TRUNCATE of a part of their table has taken away; false: somebody else has it.';
