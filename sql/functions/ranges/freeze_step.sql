-- Counts the next 10,000 ids of a range. A row is hashed as the text of its columns, each with its length in
-- characters before it and a minus for null; the hashes of a step, in the order of the key, are hashed
-- together, and so is that with the digest of the steps before. So anyone can compute the digest again, in
-- any program, from the same rows. A change counts by its last attempt; one without an outcome, by lost.
create or replace function pgsync.freeze_step(id_range pgsync.id_ranges)
returns bigint
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
set timezone = 'UTC'
set datestyle = 'ISO'
as $$
#variable_conflict use_column
declare
    v_from constant bigint := coalesce(id_range.frozen_through, id_range.from_id);
    v_until constant bigint := least(v_from + 10000, id_range.until_id);
    v_rows bigint;
    v_newest timestamptz;
begin
    if id_range.table_name = 'sync_logs' then
        with final as materialized (
            select distinct on (audit.log_id)
                audit.log_id,
                audit.entry_ids,
                case when audit.outcome <> 'failed' then audit.outcome::text end as outcome,
                pgsync.netstring(audit.log_id::text)
                || pgsync.netstring(audit.attempt::text)
                || pgsync.netstring(audit.outcome::text)
                || pgsync.netstring(audit.record_id)
                || pgsync.netstring(array_to_string(audit.entry_ids, ','))
                || pgsync.netstring(audit.superseded_by::text)
                || pgsync.netstring(audit.error_class)
                || pgsync.netstring(audit.error_message)
                || pgsync.netstring(audit.worker)
                || pgsync.netstring(floor(extract(epoch from audit.recorded_at) * 1000000)::bigint::text)
                || pgsync.netstring(audit.recorded_by)
                || pgsync.netstring(audit.recorded_xid::text) as text
            from pgsync.sync_audit_log as audit
            where audit.log_id >= v_from and audit.log_id < v_until
            order by audit.log_id, audit.attempt desc
        ),

        change as materialized (
            select
                log.*,
                log.captured_at::date as day,
                final.outcome as final_outcome,
                final.entry_ids,
                final.text as final_text
            from pgsync.sync_logs as log
            left join final on final.log_id = log.id
            where log.id >= v_from and log.id < v_until
        ),

        counted as (
            insert into pgsync.range_totals as total (
                range_name, source_table, day, outcome, table_name, row_count, entry_count, first_id, last_id, digest,
                snapshot
            )
            select
                id_range.range_name,
                part.source_table,
                part.day,
                part.outcome,
                coalesce(pgsync.qualified_name(part.source_table), part.source_table::oid::text),
                count(*),
                coalesce(sum(cardinality(part.entry_ids)), 0),
                min(part.id),
                max(part.id),
                sha256(string_agg(sha256(convert_to(part.text, 'UTF8')), '' order by part.id)),
                pg_current_snapshot()
            from (
                select
                    change.id, change.source_table, change.day, 'captured' as outcome, null::bigint[] as entry_ids,
                    pgsync.netstring(change.id::text)
                    || pgsync.netstring(change.record_id)
                    || pgsync.netstring(change.action)
                    || pgsync.netstring(change.data::text)
                    || pgsync.netstring(change.old_data::text)
                    || pgsync.netstring(change.origin)
                    || pgsync.netstring(change.source_version::text)
                    || pgsync.netstring(change.captured_xid::text)
                    || pgsync.netstring(floor(extract(epoch from change.captured_at) * 1000000)::bigint::text)
                    || pgsync.netstring(change.correlation_id) as text
                from change
                union all
                select
                    change.id, change.source_table, change.day, coalesce(change.final_outcome, 'lost'),
                    change.entry_ids, coalesce(change.final_text, change.id::text)
                from change
            ) as part
            group by part.source_table, part.day, part.outcome
            on conflict on constraint range_totals_pkey do update
            set
                row_count = total.row_count + excluded.row_count,
                entry_count = total.entry_count + excluded.entry_count,
                last_id = excluded.last_id,
                digest = sha256(total.digest || excluded.digest),
                snapshot = excluded.snapshot,
                frozen_at = excluded.frozen_at
        )

        select count(*), max(change.captured_at) into v_rows, v_newest from change;
    else
        with attempt as materialized (
            select
                audit.*,
                audit.recorded_at::date as day,
                pgsync.netstring(audit.log_id::text)
                || pgsync.netstring(audit.attempt::text)
                || pgsync.netstring(audit.outcome::text)
                || pgsync.netstring(audit.record_id)
                || pgsync.netstring(array_to_string(audit.entry_ids, ','))
                || pgsync.netstring(audit.superseded_by::text)
                || pgsync.netstring(audit.error_class)
                || pgsync.netstring(audit.error_message)
                || pgsync.netstring(audit.worker)
                || pgsync.netstring(floor(extract(epoch from audit.recorded_at) * 1000000)::bigint::text)
                || pgsync.netstring(audit.recorded_by)
                || pgsync.netstring(audit.recorded_xid::text) as text
            from pgsync.sync_audit_log as audit
            where audit.log_id >= v_from and audit.log_id < v_until
        ),

        counted as (
            insert into pgsync.range_totals as total (
                range_name, source_table, day, outcome, table_name, row_count, entry_count, first_id, last_id, digest,
                snapshot
            )
            select
                id_range.range_name,
                attempt.source_table,
                attempt.day,
                attempt.outcome::text,
                coalesce(pgsync.qualified_name(attempt.source_table), attempt.source_table::oid::text),
                count(*),
                coalesce(sum(cardinality(attempt.entry_ids)), 0),
                min(attempt.log_id),
                max(attempt.log_id),
                sha256(
                    string_agg(
                        sha256(convert_to(attempt.text, 'UTF8')), '' order by attempt.log_id, attempt.attempt
                    )
                ),
                pg_current_snapshot()
            from attempt
            group by attempt.source_table, attempt.day, attempt.outcome
            on conflict on constraint range_totals_pkey do update
            set
                row_count = total.row_count + excluded.row_count,
                entry_count = total.entry_count + excluded.entry_count,
                last_id = excluded.last_id,
                digest = sha256(total.digest || excluded.digest),
                snapshot = excluded.snapshot,
                frozen_at = excluded.frozen_at
        )

        select count(*), max(attempt.recorded_at) into v_rows, v_newest from attempt;
    end if;

    update pgsync.id_ranges as own
    set
        state = case when v_until = own.until_id then 'frozen' else 'freezing' end,
        frozen_through = v_until,
        frozen_at = case when v_until = own.until_id then clock_timestamp() end,
        row_count = coalesce(own.row_count, 0) + v_rows,
        newest_at = greatest(own.newest_at, v_newest)
    where own.range_name = id_range.range_name;
    return v_rows;
end;
$$;

comment on function pgsync.freeze_step(pgsync.id_ranges)
is 'Adds the next ids of a range to its totals; returns how many rows these were.';
