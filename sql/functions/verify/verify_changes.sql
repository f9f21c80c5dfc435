-- Every change of the log has exactly one end: an outcome, or a place in the queue. One statement reads the
-- log, the queue and the outcomes, so what is posted meanwhile is seen everywhere or nowhere.
create or replace function pgsync.verify_changes(job bigint, start jsonb, row_limit bigint)
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
    v_after bigint;
    v_through bigint;
    v_count bigint;
    v_zone constant text := pgsync.configuration_text('books_time_zone');
    -- Outcomes are kept longer than changes, whose ranges are dropped after their totals are frozen.
    v_dropped constant int8multirange := (
        select coalesce(range_agg(int8range(made.from_id, made.until_id)), '{}')
        from pgsync.id_ranges as made
        where made.table_name = 'sync_logs' and made.state = 'dropped'
    );
    v_found record;
begin
    select run.* into v_run from pgsync.verify_runs as run where run.job = verify_changes.job;
    v_after := coalesce((start ->> 'after')::bigint, pgsync.change_before(v_run.since));
    select count(*), max(log.id)
    into v_count, v_through
    from (
        select own.id
        from pgsync.sync_logs as own
        where own.id > v_after
        order by own.id
        limit row_limit
    ) as log;
    -- What is above the last change is looked at with it.
    if v_count < row_limit then
        v_through := 9223372036854775807;
    end if;

    for v_found in
        with logged as materialized (
            select log.id, log.source_table, log.record_id, log.captured_at, not coalesce(made.posts, true) as is_unposted
            from pgsync.sync_logs as log
            left join pgsync.source_versions as made
                on log.source_table = made.source_table and log.source_version = made.version
            where log.id > v_after and log.id <= v_through
        ),

        waiting as materialized (
            select queue.log_id, queue.sync_status
            from pgsync.sync_queue as queue
            where queue.log_id > v_after and queue.log_id <= v_through
        ),

        ended as materialized (
            select
                audit.log_id,
                min(audit.source_table::oid)::regclass as source_table,
                min(audit.record_id) as record_id,
                min(audit.outcome) filter (where audit.outcome <> 'failed') as outcome,
                array_agg(distinct entry.id) filter (where entry.id is not null) as entry_ids
            from pgsync.sync_audit_log as audit
            left join lateral unnest(audit.entry_ids) as entry (id) on true
            where audit.log_id > v_after
                and audit.log_id <= v_through
                and not v_dropped @> audit.log_id
            group by audit.log_id
        ),

        single as materialized (
            select audit.log_id, count(*) as ends
            from pgsync.sync_audit_log as audit
            where audit.log_id > v_after
                and audit.log_id <= v_through
                and audit.outcome <> 'failed'
                and not v_dropped @> audit.log_id
            group by audit.log_id
        ),

        joined as materialized (
            select
                coalesce(logged.id, ended.log_id, waiting.log_id) as id,
                coalesce(logged.source_table, ended.source_table) as source_table,
                coalesce(logged.record_id, ended.record_id) as record_id,
                logged.captured_at,
                waiting.sync_status,
                coalesce(single.ends, 0) as ends,
                ended.outcome,
                ended.entry_ids,
                logged.id is not null as is_logged,
                case
                    when waiting.sync_status = 'failed' then 'failed'
                    when waiting.log_id is not null then 'waiting'
                    when ended.outcome is not null then ended.outcome::text
                    when logged.is_unposted then 'unposted'
                    else 'lost'
                end as became
            from logged
            full join ended on logged.id = ended.log_id
            full join waiting on waiting.log_id = coalesce(logged.id, ended.log_id)
            left join single on single.log_id = coalesce(logged.id, ended.log_id, waiting.log_id)
        ),

        wanted as materialized (
            select joined.*
            from joined
            where (v_run.source_table is null or joined.source_table is null or joined.source_table = v_run.source_table)
                and (v_run.since is null or joined.captured_at is null or joined.captured_at >= v_run.since)
                and (v_run.until is null or joined.captured_at is null or joined.captured_at < v_run.until)
        ),

        counted as (
            insert into pgsync.verified_days as sum (
                job, source_table, day, captured, posted, amended, reversed, unchanged, superseded, skipped, unposted,
                failed, waiting, lost
            )
            select
                verify_changes.job,
                wanted.source_table,
                (wanted.captured_at at time zone v_zone)::date,
                count(*),
                count(*) filter (where wanted.became = 'posted'),
                count(*) filter (where wanted.became = 'amended'),
                count(*) filter (where wanted.became = 'reversed'),
                count(*) filter (where wanted.became = 'unchanged'),
                count(*) filter (where wanted.became = 'superseded'),
                count(*) filter (where wanted.became = 'skipped'),
                count(*) filter (where wanted.became = 'unposted'),
                count(*) filter (where wanted.became = 'failed'),
                count(*) filter (where wanted.became = 'waiting'),
                count(*) filter (where wanted.became = 'lost')
            from wanted
            where wanted.is_logged
            group by wanted.source_table, (wanted.captured_at at time zone v_zone)::date
            on conflict on constraint verified_days_pkey do update
            set
                captured = sum.captured + excluded.captured,
                posted = sum.posted + excluded.posted,
                amended = sum.amended + excluded.amended,
                reversed = sum.reversed + excluded.reversed,
                unchanged = sum.unchanged + excluded.unchanged,
                superseded = sum.superseded + excluded.superseded,
                skipped = sum.skipped + excluded.skipped,
                unposted = sum.unposted + excluded.unposted,
                failed = sum.failed + excluded.failed,
                waiting = sum.waiting + excluded.waiting,
                lost = sum.lost + excluded.lost
        ),

        named as (
            select wanted.id, entry.id as entry_id
            from wanted
            cross join lateral unnest(wanted.entry_ids) as entry (id)
        )

        select wanted.id, wanted.source_table, wanted.record_id, found.kind, found.words
        from wanted
        cross join lateral (
            select 'lost_change' as kind, 'it neither waits nor has an outcome' as words
            where wanted.became = 'lost'
            union all
            select
                'outcome_twice',
                case
                    when wanted.ends > 1 then format('it has %s outcomes', wanted.ends)
                    else format('it is %s, and still waits', wanted.outcome)
                end
            where wanted.ends > 1 or (wanted.ends = 1 and wanted.sync_status is not null)
            union all
            select
                'unknown_change',
                case
                    when wanted.sync_status is null then 'it has an outcome, but it is not in the log'
                    else 'it waits, but it is not in the log'
                end
            where not wanted.is_logged
        ) as found
        union all
        select wanted.id, wanted.source_table, wanted.record_id, 'unknown_entry', format('its outcome names entry %s, which does not exist', missing.entry_id)
        from (
            select named.id, min(named.entry_id) as entry_id
            from named
            left join ledger.journal_entries as entry on named.entry_id = entry.id
            where entry.id is null
            group by named.id
        ) as missing
        inner join wanted on missing.id = wanted.id
    loop
        perform pgsync.note_difference(
            job, v_found.kind, v_found.words, v_found.source_table, v_found.record_id, change_id => v_found.id,
            remedy => case
                when v_found.kind <> 'lost_change'
                    then 'see what happened: select * from pgsync.sync_audit_log where log_id = ' || v_found.id || ';'
            end
        );
    end loop;
    return query select v_count, case when v_count = row_limit then jsonb_build_object('after', v_through) end;
end;
$$;

comment on function pgsync.verify_changes(bigint, jsonb, bigint)
is 'The next changes of the log, each of which has one outcome or waits; null when all were.';
