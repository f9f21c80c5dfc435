create or replace function pgsync.fold_missing(source_table regclass, until_tick bigint, only_folded boolean)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_function_name text;
    v_piece record;
    v_records text[];
    v_after text := '';
begin
    select source.function_name
    into v_function_name
    from pgsync.sources as source
    where source.source_table = fold_missing.source_table;
    loop
        select array_agg(coalesce(known.long_id, known.record_id)), max(known.record_id)
        into v_records, v_after
        from (
            select own.record_id, own.long_id
            from pgsync.record_versions as own
            where own.source_table = fold_missing.source_table
                and own.record_id > v_after
                and own.deleted_at is null
                and (own.tick = until_tick or not only_folded)
            order by own.record_id
            limit 10000
        ) as known;
        exit when v_records is null;
        v_piece := pgsync.read_piece(v_function_name || '_read', v_records, null, null);
        update pgsync.record_versions as own
        set
            tick = until_tick,
            stamp = greatest((extract(epoch from clock_timestamp()) * 1000000)::bigint, own.stamp + 1),
            origin = '',
            via = '',
            changed_xid = null,
            changed_log_id = null,
            base_stamp = case when own.via = '' then own.base_stamp else own.stamp end,
            base_origin = case when own.via = '' then own.base_origin else own.origin end,
            base_image = null,
            deleted_at = clock_timestamp()
        from unnest(v_records) as listed (record_id)
        where own.source_table = fold_missing.source_table
            and own.record_id = pgsync.short_id(listed.record_id) collate "C"
            and listed.record_id <> all(coalesce(v_piece.found_ids, '{}'));
    end loop;
end;
$$;

comment on function pgsync.fold_missing(regclass, bigint, boolean)
is 'Marks the versions as deleted whose rows are gone: all of a table, or those that this tick has folded.';
