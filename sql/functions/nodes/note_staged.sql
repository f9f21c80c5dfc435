create or replace function pgsync.note_staged(
    endpoint text,
    source_table regclass,
    written bigint[],
    done bigint[],
    over bigint[]
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tick constant bigint := (select fold.folded_through + 1 from pgsync.version_fold as fold);
    v_last_id constant bigint := pgsync.last_log_id();
begin
    insert into pgsync.record_versions as known (
        source_table, record_id, long_id, tick, stamp, origin, deleted_at, via, changed_xid, changed_log_id, created_tick
    )
    select
        note_staged.source_table,
        pgsync.short_id(own.record_id),
        nullif(own.record_id, pgsync.short_id(own.record_id)),
        v_tick,
        own.stamp,
        own.origin,
        case when own.is_deleted then clock_timestamp() end,
        note_staged.endpoint,
        case when own.place = any(written) then pg_current_xact_id() end,
        case when own.place = any(written) then v_last_id end,
        v_tick
    from pgsync.staged_records as own
    where own.endpoint = note_staged.endpoint and own.place = any(done)
    on conflict on constraint record_versions_pkey do update
    set
        tick = case
            when (known.stamp, known.origin) = (excluded.stamp, excluded.origin) then known.tick
            else excluded.tick
        end,
        stamp = excluded.stamp,
        origin = excluded.origin,
        created_tick = case when known.deleted_at is null then known.created_tick else excluded.created_tick end,
        deleted_at = excluded.deleted_at,
        via = excluded.via,
        changed_xid = coalesce(excluded.changed_xid, known.changed_xid),
        changed_log_id = coalesce(excluded.changed_log_id, known.changed_log_id),
        base_stamp = null,
        base_origin = null,
        base_image = null,
        refused_at = null,
        written_for = null;
    delete from pgsync.staged_records as own
    where own.endpoint = note_staged.endpoint and own.place = any(over);
end;
$$;

comment on function pgsync.note_staged(text, regclass, bigint[], bigint[], bigint[])
is 'Notes the versions of records that were applied, and forgets those that are done with.';
