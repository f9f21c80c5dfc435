-- Rows that disappeared without firing a trigger are still posted: rows that a subscription deleted, or that
-- a TRUNCATE of one partition removed. Each is logged as deleted in the snapshot in which it was missing: as
-- for rows that a backfill has read, this distinguishes it from a record with the same key that is inserted
-- meanwhile. It alternates between records that are posted and records that wait; the position says how far
-- it is, and null that there are no more. Code of the table's owner runs meanwhile: see read_piece.
create or replace function pgsync.log_gone(
    source pgsync.sources, start jsonb, before_change bigint, correlation_id text, record_limit bigint
)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_posted constant boolean := not start ? 'waiting';
    v_records text[];
    v_piece record;
    v_position jsonb;
    v_count bigint;
begin
    -- What was posted of it before stays.
    if not source.posts then
        return null;
    end if;
    if v_posted then
        select
            -- Only the log and the audit log have the whole of a long id.
            array_agg(
                case
                    when octet_length(known.record_id) <= 500 then known.record_id
                    else coalesce(
                        (select log.record_id from pgsync.sync_logs as log where log.id = known.last_audited),
                        (
                            select audit.record_id
                            from pgsync.sync_audit_log as audit
                            where audit.log_id = known.last_audited
                            limit 1
                        )
                    )
                end
            ),
            count(*),
            jsonb_build_object('posted', max(known.record_id))
        into v_records, v_count, v_position
        from (
            select master.record_id, master.last_audited
            from pgsync.sync_master_status as master
            where master.source_table = source.source_table
                and master.entry_ids <> '{}'
                and (start ->> 'posted' is null or master.record_id > start ->> 'posted')
            order by master.record_id
            limit record_limit
        ) as known;
    else
        select
            array_agg(known.record_id) filter (where known.is_newest and known.action <> 'delete'),
            count(*),
            jsonb_build_object('waiting', max(known.id))
        into v_records, v_count, v_position
        from (
            select
                log.id,
                log.record_id,
                log.action,
                row_number() over (partition by log.record_id order by log.id desc) = 1 as is_newest
            from (
                select own.*
                from pgsync.sync_queue as queue
                cross join lateral (
                    select own.* from pgsync.sync_logs as own where own.id = queue.log_id offset 0
                ) as own
                where queue.log_id > (start ->> 'waiting')::bigint
                    and own.source_table = source.source_table
                    and own.action <> 'truncate'
                    -- What a backfill has read existed then.
                    and case when before_change is null then own.snapshot is null else queue.log_id < before_change end
                order by queue.log_id
                limit record_limit
            ) as log
        ) as known;
    end if;

    if v_records is not null then
        v_piece := pgsync.read_piece(source.function_name || '_read', v_records, null, null);
        with gone as (
            insert into pgsync.sync_logs (source_table, record_id, action, slot, correlation_id, snapshot)
            select
                source.source_table,
                known.record_id,
                'delete',
                pgsync.slot_of(known.record_id),
                log_gone.correlation_id,
                v_piece.snapshot
            from (
                select unnest(v_records)
                except
                select unnest(v_piece.found_ids)
            ) as known (record_id)
            returning id, slot
        )

        insert into pgsync.sync_queue (log_id, slot)
        select gone.id, gone.slot from gone;
    end if;

    if v_count = record_limit then
        return v_position;
    end if;
    return case when v_posted then '{"waiting": 0}'::jsonb end;
end;
$$;

comment on function pgsync.log_gone(pgsync.sources, jsonb, bigint, text, bigint)
is 'Logs the next records that are posted or wait but have no row as deleted; returns where to continue.';
