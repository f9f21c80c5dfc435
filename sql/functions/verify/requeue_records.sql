-- As a backfill does for a whole table: the rows as they are now, in the snapshot in which they were read, so
-- a change that comes meanwhile still wins. What is posted already ends as unchanged.
create or replace function pgsync.requeue_records(source regclass, record_ids text[])
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source pgsync.sources;
    v_records constant text[] := array(select distinct unnest(requeue_records.record_ids));
    v_piece record;
    v_count bigint;
begin
    select known.*
    into v_source
    from pgsync.sources as known
    where known.source_table = requeue_records.source and known.attached;
    if not found then
        raise exception '% is not attached', requeue_records.source
            using errcode = 'object_not_in_prerequisite_state';
    elsif cardinality(v_records) > 10000 then
        raise exception 'at most 10,000 records at a time, not %', cardinality(v_records)
            using errcode = 'invalid_parameter_value', hint = 'For a whole table: pgsync.start_backfill.';
    end if;
    v_piece := pgsync.read_piece(v_source.function_name || '_read', v_records, null, null);
    with logged as (
        insert into pgsync.sync_logs (source_table, source_version, record_id, action, data, slot, snapshot)
        select
            v_source.source_table,
            case when read.image is not null then v_source.version end,
            listed.record_id,
            case when read.image is null then 'delete' else 'create' end,
            read.image,
            pgsync.slot_of(listed.record_id),
            v_piece.snapshot
        from unnest(v_records) as listed (record_id)
        left join unnest(v_piece.found_ids, v_piece.images) as read (record_id, image)
            on listed.record_id = read.record_id
        -- A key that nobody knows makes no change.
        where read.image is not null
            or exists (
                select
                from pgsync.sync_master_status as master
                where master.source_table = v_source.source_table
                    and master.record_id = pgsync.short_id(listed.record_id) collate "C"
            )
        returning id, slot
    )

    insert into pgsync.sync_queue (log_id, slot)
    select logged.id, logged.slot from logged;
    get diagnostics v_count = row_count;
    perform pgsync.ring_doorbell();
    return v_count;
end;
$$;

comment on function pgsync.requeue_records(regclass, text[])
is 'Adds a change for each of these records as its row is now, to be posted again; returns how many.';
