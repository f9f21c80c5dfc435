-- A change that failed is overtaken once a later one of its record is applied. Where a source asks for every
-- version it is the later ones that wait; when one is done, whatever became of it, the next has its turn.
create or replace function pgsync.settle_earlier(
    claims pgsync.claim[],
    applied_ids bigint[],
    finished_ids bigint[],
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
    with related as materialized (
        select
            waiting.log_id,
            waiting.attempts,
            waiting.error_class,
            log.correlation_id,
            finished.log_id as finished_id,
            finished.source_table,
            finished.record_id,
            case
                when finished.log_id <> all(applied_ids) then false
                -- What a backfill has read comes before what its snapshot does not show, whatever the ids
                -- say.
                when log.snapshot is not null and finished.snapshot is null
                    then not pg_visible_in_snapshot(finished.captured_xid, log.snapshot)
                when log.snapshot is null and finished.snapshot is not null
                    then log.id < finished.log_id and pg_visible_in_snapshot(log.captured_xid, finished.snapshot)
                else log.id < finished.log_id
            end as is_overtaken
        from unnest(claims) as finished
        cross join lateral (
            select queue.log_id, queue.attempts, queue.error_class
            from pgsync.sync_queue as queue
            where queue.error_class is not null
                and queue.record_hash = hashtext(finished.record_id)
                and queue.log_id <> finished.log_id
            for update skip locked
        ) as waiting
        cross join lateral (
            select own.*
            from pgsync.sync_logs as own
            where own.id = waiting.log_id
            offset 0
        ) as log
        where finished.log_id = any(finished_ids)
            and log.source_table = finished.source_table
            and log.record_id = finished.record_id
    ),

    released as (
        update pgsync.sync_queue as queue
        set scheduled_at = clock_timestamp()
        where queue.log_id = any(
            array(
                select min(related.log_id)
                from related
                where related.error_class = 'blocked'
                group by related.source_table, related.record_id
            )
        )
    ),

    overtaken as (
        delete from pgsync.sync_queue as queue
        where queue.log_id = any(
            array(
                select related.log_id
                from related
                where related.error_class <> 'blocked' and related.is_overtaken
            )
        )
        returning queue.log_id
    ),

    audited as (
        insert into pgsync.sync_audit_log (
            log_id, attempt, outcome, source_table, record_id, superseded_by, worker, duration, correlation_id
        )
        select
            related.log_id,
            related.attempts + 1,
            'superseded',
            related.source_table,
            related.record_id,
            related.finished_id,
            settle_earlier.worker,
            clock_timestamp() - settle_earlier.started_at,
            related.correlation_id
        from related
        inner join overtaken on related.log_id = overtaken.log_id
        where related.is_overtaken
    )

    select count(*)::integer into v_count from overtaken;
    return v_count;
end;
$$;

comment on function pgsync.settle_earlier(pgsync.claim[], bigint[], bigint[], text, timestamptz)
is 'Ends failed changes that were overtaken, and gives the next that waited its turn; returns how many.';
