-- What is posted, from the side of the status: whether each record still has a row, and whether its entries
-- are in the journal, stand, and say what its status says.
create or replace function pgsync.verify_status(job bigint, start jsonb, row_limit bigint)
returns table (row_count bigint, next jsonb)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
set jit = off
as $$
#variable_conflict use_column
declare
    v_run pgsync.verify_runs;
    v_source pgsync.sources;
    v_records text[];
    v_gone text[];
    v_piece record;
    v_count bigint;
    v_last text;
    v_found record;
begin
    select run.* into v_run from pgsync.verify_runs as run where run.job = verify_status.job;
    select source.*
    into v_source
    from pgsync.sources as source
    where source.attached
        and source.source_table = any(v_run.whole_tables)
        and source.source_table::oid::bigint >= coalesce((start ->> 'source')::bigint, 0)
        and exists (select from pg_catalog.pg_class as relation where relation.oid = source.source_table)
    order by source.source_table::oid
    limit 1;
    if not found then
        return query select 0::bigint, null::jsonb;
        return;
    end if;

    v_last := case when (start ->> 'source')::bigint = v_source.source_table::oid::bigint then start ->> 'after' end;
    select
        -- Only the log, and the audit log after it, have the whole of a long id.
        array_agg(
            case
                when octet_length(known.record_id) <= 500 then known.record_id
                else coalesce(
                    (select log.record_id from pgsync.sync_logs as log where log.id = known.last_audited),
                    (
                        select min(audit.record_id)
                        from pgsync.sync_audit_log as audit
                        where audit.log_id = known.last_audited
                    )
                )
            end
        ),
        count(*),
        max(known.record_id)
    into v_records, v_count, v_last
    from (
        select master.record_id, master.last_audited
        from pgsync.sync_master_status as master
        where master.source_table = v_source.source_table
            and (master.entry_ids <> '{}' or master.fingerprint <> 0)
            and (v_last is null or master.record_id > v_last)
        order by master.record_id
        limit row_limit
    ) as known;

    if v_count > 0 then
        for v_found in
            with named as (
                select master.record_id, master.entry_ids, master.fingerprint
                from unnest(v_records) as listed (record_id)
                cross join lateral (
                    select own.*
                    from pgsync.sync_master_status as own
                    where own.source_table = v_source.source_table
                        and own.record_id = pgsync.short_id(listed.record_id) collate "C"
                    offset 0
                ) as master
            ),

            looked_up as (
                select
                    named.record_id,
                    named.fingerprint,
                    named.entry_ids,
                    entry_of.id as wanted,
                    entry.id,
                    entry.input_hash,
                    entry.source_table = v_source.source_table
                    and pgsync.short_id(entry.record_id) = named.record_id
                    and entry.purpose in ('posting', 'reinstatement') as is_its_own,
                    exists (
                        select
                        from ledger.journal_entries as reversal
                        where reversal.reverses = entry.id
                    ) as is_reversed
                from named
                left join lateral unnest(named.entry_ids) as entry_of (id) on true
                left join lateral (
                    select own.*
                    from ledger.journal_entries as own
                    where own.id = entry_of.id
                    offset 0
                ) as entry on true
            )

            select
                looked_up.record_id,
                looked_up.entry_ids,
                min(looked_up.wanted) filter (where looked_up.id is null) as lost,
                min(looked_up.id) filter (where looked_up.is_reversed) as reversed,
                coalesce(
                    bit_xor(('x' || encode(looked_up.input_hash, 'hex'))::bit(64)::bigint), 0
                ) as by_entries,
                bool_and(looked_up.is_its_own) as are_its_own,
                looked_up.fingerprint
            from looked_up
            group by looked_up.record_id, looked_up.entry_ids, looked_up.fingerprint
        loop
            if v_found.lost is not null then
                perform pgsync.note_difference(
                    job, 'lost_entry', format('its status names entry %s, which does not exist', v_found.lost),
                    v_source.source_table, v_found.record_id, entry_ids => v_found.entry_ids
                );
            elsif v_found.reversed is not null then
                perform pgsync.note_difference(
                    job, 'reversed_entry', format('its status names entry %s, which was reversed', v_found.reversed),
                    v_source.source_table, v_found.record_id, entry_ids => v_found.entry_ids
                );
            elsif v_found.by_entries <> v_found.fingerprint or not coalesce(v_found.are_its_own, true) then
                perform pgsync.note_difference(
                    job, 'wrong_status',
                    case
                        when v_found.are_its_own then 'its fingerprint is not that of its entries'
                        when v_found.entry_ids = '{}' then 'its fingerprint says that something is posted, but it names no entry'
                        else 'its status names an entry of another record'
                    end,
                    v_source.source_table, v_found.record_id, entry_ids => v_found.entry_ids
                );
            end if;
        end loop;

        begin
            v_piece := pgsync.read_piece(v_source.function_name || '_read', v_records, null, null);
        exception when others then
            perform pgsync.note_unreadable(job, v_source.source_table, sqlstate, sqlerrm);
            return query
            select 0::bigint, jsonb_build_object('source', v_source.source_table::oid::bigint + 1);
            return;
        end;
        v_gone := array(
            select unnest(v_records)
            except
            select unnest(coalesce(v_piece.found_ids, '{}'))
        );
        if v_gone <> '{}' then
            perform pgsync.note_records(
                job, v_source.source_table, v_gone, array_fill(null::jsonb, array[cardinality(v_gone)])
            );
        end if;
    end if;
    return query
    select
        v_count,
        case
            when v_count = row_limit
                then jsonb_build_object('source', v_source.source_table::oid::bigint, 'after', v_last)
            else jsonb_build_object('source', v_source.source_table::oid::bigint + 1)
        end;
end;
$$;

comment on function pgsync.verify_status(bigint, jsonb, bigint)
is 'The next records that are posted, compared with their rows and their entries; null when all were.';
