-- Processes the records of the table in the order of their ids. Records whose slot another session holds are
-- left for the next time. A long id is stored shortened, so its slot comes from its last change.
create or replace function pgsync.empty_next(
    truncation pgsync.sync_logs,
    from_record text,
    missed text[],
    most integer,
    out next_record text,
    out missed_now text[],
    out is_done boolean,
    out number integer,
    out taken_back bigint[]
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_room constant integer := greatest(most - cardinality(missed), 0);
    v_found record;
begin
    select
        array_agg(listed.record_id) filter (where listed.is_free) as free,
        array_agg(listed.record_id) filter (where not listed.is_free) as busy,
        count(*) filter (where listed.is_new) as number,
        max(listed.record_id) filter (where listed.is_new) as last
    into v_found
    from (
        select
            master.record_id,
            master.is_new,
            master.last_change >= truncation.id
            or pg_try_advisory_xact_lock(
                1886876532 /* slots */,
                coalesce(
                    case
                        when octet_length(master.record_id) > 500
                            then coalesce(
                                (select log.slot from pgsync.sync_logs as log where log.id = master.last_audited),
                                (
                                    select pgsync.slot_of(audit.record_id)
                                    from pgsync.sync_audit_log as audit
                                    where audit.log_id = master.last_audited
                                    limit 1
                                )
                            )
                    end,
                    pgsync.slot_of(master.record_id)
                )
            ) as is_free
        from (
            select own.record_id, own.last_change, own.last_audited, false as is_new
            from unnest(missed) as again (record_id)
            cross join lateral (
                select present.*
                from pgsync.sync_master_status as present
                where present.source_table = truncation.source_table
                    and present.record_id = again.record_id collate "C"
                offset 0
            ) as own
            union all
            (
                select own.record_id, own.last_change, own.last_audited, true
                from pgsync.sync_master_status as own
                where own.source_table = truncation.source_table and own.record_id >= from_record collate "C"
                order by own.source_table, own.record_id
                limit v_room
            )
        ) as master
    ) as listed;

    taken_back := pgsync.empty_records(truncation, v_found.free);
    number := coalesce(cardinality(v_found.free), 0);
    missed_now := coalesce(v_found.busy, '{}');
    -- Nothing is smaller than null and comes after it.
    next_record := coalesce(v_found.last || chr(1), from_record);
    is_done := missed_now = '{}' and v_found.number < v_room;
end;
$$;

comment on function pgsync.empty_next(pgsync.sync_logs, text, text[], integer)
is 'Reverses the current entries of the next records of a table that was emptied.';
