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
    v_known text[];
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
    -- A key that nobody knows makes no change.
    v_known := array(
        select listed.record_id
        from unnest(v_records) as listed (record_id)
        where listed.record_id = any(v_piece.found_ids)
            or exists (
                select
                from pgsync.sync_master_status as master
                where master.source_table = v_source.source_table
                    and master.record_id = pgsync.short_id(listed.record_id) collate "C"
            )
    );
    select count(*)
    into v_count
    from pgsync.log_records(
        v_source,
        v_known,
        pgsync.pair_images(v_known, v_piece.found_ids, v_piece.images),
        v_piece.snapshot
    );
    perform pgsync.ring_doorbell();
    return v_count;
end;
$$;

comment on function pgsync.requeue_records(regclass, text[])
is 'Adds a change for each of these records as its row is now, to be posted again; returns how many.';
