-- A failed change is superseded once a later change of its record is applied.
create or replace function pgsync.supersede_failed(
    claims pgsync.claim[],
    applied_ids bigint[],
    worker text,
    started_at timestamptz
)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_count integer;
begin
    with overtaken as materialized (
        select
            waiting.log_id,
            waiting.attempts,
            log.correlation_id,
            log.data,
            applied.log_id as superseded_by,
            applied.source_table,
            applied.record_id
        from unnest(claims) as applied
        cross join lateral (
            select queue.log_id, queue.attempts
            from pgsync.sync_queue as queue
            where queue.error_class is not null
                and queue.record_hash = hashtext(applied.record_id)
                and queue.log_id <> applied.log_id
            for update skip locked
        ) as waiting
        cross join lateral (
            select own.*
            from pgsync.sync_logs as own
            where own.id = waiting.log_id
            offset 0
        ) as log
        where applied.log_id = any(applied_ids)
            and log.source_table = applied.source_table
            and log.record_id = applied.record_id
            and case
                -- What a backfill has read precedes what its snapshot does not show, whatever the ids say.
                when log.snapshot is not null and applied.snapshot is null
                    then not pg_visible_in_snapshot(applied.captured_xid, log.snapshot)
                when log.snapshot is null and applied.snapshot is not null
                    then log.id < applied.log_id and pg_visible_in_snapshot(log.captured_xid, applied.snapshot)
                else log.id < applied.log_id
            end
    ),

    finished as (
        delete from pgsync.sync_queue as queue
        where queue.log_id = any(
            array(
                select overtaken.log_id
                from overtaken
            )
        )
        returning queue.log_id
    ),

    audited as (
        insert into pgsync.sync_audit_log (
            log_id, attempt, outcome, source_table, record_id, superseded_by, worker, duration, correlation_id,
            site
        )
        select
            overtaken.log_id,
            overtaken.attempts + 1,
            'superseded',
            overtaken.source_table,
            overtaken.record_id,
            overtaken.superseded_by,
            supersede_failed.worker,
            clock_timestamp() - supersede_failed.started_at,
            overtaken.correlation_id,
            pgsync.site_of(overtaken.source_table, overtaken.record_id, overtaken.data)
        from overtaken
        inner join finished on overtaken.log_id = finished.log_id
    )

    select count(*)::integer into v_count from finished;
    return v_count;
end;
$$;

comment on function pgsync.supersede_failed(pgsync.claim[], bigint[], text, timestamptz)
is 'Ends failed changes of records that a later change was applied to; returns how many.';
