-- Counts the next 10,000 ids of a range. A row is hashed as the text of its columns, each with its length in
-- characters before it and a minus for null; the hashes of a step, in the order of the key, are hashed
-- together, and so is that with the digest of the steps before. So anyone can compute the digest again, in
-- any program, from the same rows. A change counts by its last attempt; one without an outcome, by
-- lost, or unposted where its table is not posted.
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
    v_has_changes constant boolean := id_range.table_name = 'sync_logs';
    v_rows bigint;
    v_newest timestamptz;
begin
    with attempt as materialized (
        select
            audit.log_id,
            audit.attempt,
            audit.outcome::text as outcome,
            audit.source_table,
            audit.entry_ids,
            audit.recorded_at,
            audit.attempt = max(audit.attempt) over (partition by audit.log_id) as is_last,
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

    part as materialized (
        -- Of a change its own row, and that of its last attempt.
        select log.id, 1 as attempt, log.source_table, log.captured_at as at, own.*
        from pgsync.sync_logs as log
        left join attempt as final on final.log_id = log.id and final.is_last
        cross join lateral (
            select
                'captured',
                null::bigint[],
                pgsync.netstring(log.id::text)
                || pgsync.netstring(log.record_id)
                || pgsync.netstring(log.action)
                || pgsync.netstring(coalesce(log.data::text, encode(log.encrypted_secret || log.encrypted_image, 'hex')))
                || pgsync.netstring(log.old_data::text)
                || pgsync.netstring(log.origin)
                || pgsync.netstring(log.source_version::text)
                || pgsync.netstring(log.captured_xid::text)
                || pgsync.netstring(floor(extract(epoch from log.captured_at) * 1000000)::bigint::text)
                || pgsync.netstring(log.correlation_id)
            union all
            select
                coalesce(
                    nullif(final.outcome, 'failed'),
                    (
                        select 'unposted'
                        from pgsync.source_versions as made
                        where made.source_table = log.source_table
                            and made.version = log.source_version
                            and not made.posts
                    ),
                    'lost'
                ),
                final.entry_ids,
                coalesce(final.text, log.id::text)
        ) as own (outcome, entry_ids, text)
        where v_has_changes and log.id >= v_from and log.id < v_until
        union all
        select attempt.log_id, attempt.attempt, attempt.source_table, attempt.recorded_at, attempt.outcome,
            attempt.entry_ids, attempt.text
        from attempt
        where not v_has_changes
    ),

    counted as (
        insert into pgsync.range_totals as total (
            range_name, source_table, day, outcome, table_name, row_count, entry_count, first_id, last_id, digest,
            snapshot
        )
        select
            id_range.range_name,
            part.source_table,
            part.at::date,
            part.outcome,
            coalesce(pgsync.qualified_name(part.source_table), part.source_table::oid::text),
            count(*),
            coalesce(sum(cardinality(part.entry_ids)), 0),
            min(part.id),
            max(part.id),
            sha256(string_agg(sha256(convert_to(part.text, 'UTF8')), '' order by part.id, part.attempt)),
            pg_current_snapshot()
        from part
        group by part.source_table, part.at::date, part.outcome
        on conflict on constraint range_totals_pkey do update
        set
            row_count = total.row_count + excluded.row_count,
            entry_count = total.entry_count + excluded.entry_count,
            last_id = excluded.last_id,
            digest = sha256(total.digest || excluded.digest),
            snapshot = excluded.snapshot,
            frozen_at = excluded.frozen_at
    )

    select count(*) filter (where part.outcome = 'captured' or not v_has_changes), max(part.at)
    into v_rows, v_newest
    from part;

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
