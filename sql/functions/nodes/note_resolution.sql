create or replace function pgsync.note_resolution(conflict bigint, resolution text, is_written boolean)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_own pgsync.conflicts;
    v_here record;
    v_version text;
begin
    select own.* into v_own from pgsync.conflicts as own where own.id = conflict for update;
    v_here := pgsync.read_piece(
        (select source.function_name from pgsync.sources as source where source.source_table = v_own.source_table)
        || '_read',
        array[v_own.record_id], null, null
    );
    -- A new version, so that it wins everywhere.
    insert into pgsync.record_versions as known (
        source_table, record_id, long_id, tick, stamp, deleted_at, changed_xid, changed_log_id, created_tick
    )
    select
        v_own.source_table,
        pgsync.short_id(v_own.record_id),
        nullif(v_own.record_id, pgsync.short_id(v_own.record_id)),
        fold.folded_through + 1,
        (extract(epoch from clock_timestamp()) * 1000000)::bigint,
        case when coalesce(cardinality(v_here.found_ids), 0) = 0 then clock_timestamp() end,
        case when note_resolution.is_written then pg_current_xact_id() end,
        case when note_resolution.is_written then pgsync.last_log_id() end,
        fold.folded_through + 1
    from pgsync.version_fold as fold
    on conflict on constraint record_versions_pkey do update
    set
        tick = excluded.tick,
        stamp = greatest(excluded.stamp, known.stamp + 1),
        origin = '',
        via = '',
        created_tick = case when known.deleted_at is null then known.created_tick else excluded.created_tick end,
        deleted_at = excluded.deleted_at,
        changed_xid = coalesce(excluded.changed_xid, known.changed_xid),
        changed_log_id = coalesce(excluded.changed_log_id, known.changed_log_id),
        base_stamp = case when known.via = '' then known.base_stamp else known.stamp end,
        base_origin = case when known.via = '' then known.base_origin else known.origin end,
        base_image = null,
        refused_at = null,
        written_for = null
    returning pgsync.version_text(known.stamp, known.origin) into v_version;
    update pgsync.conflicts as own
    set
        state = 'settled',
        resolution = note_resolution.resolution,
        result_image = v_here.images[1],
        decided_by = pgsync.actor(),
        decided_at = clock_timestamp()
    where own.id = conflict;
    return v_version;
end;
$$;

comment on function pgsync.note_resolution(bigint, text, boolean)
is 'Notes that a person has decided a conflict; returns the new version of the record.';
