-- A change that failed is overtaken once a later one of its record is applied. Where a source asks for every
-- version the later ones waited for it; now they need not wait any more.
create or replace function pgsync.settle_earlier(
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
set enable_hashjoin = off
set enable_mergejoin = off
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
            applied.log_id as applied_id,
            applied.source_table,
            applied.record_id
        from unnest(claims) as applied
        cross join lateral (
            select queue.log_id, queue.attempts, queue.error_class
            from pgsync.sync_queue as queue
            where queue.error_class is not null
                and queue.slot = applied.slot
                and queue.log_id <> applied.log_id
            for update skip locked
        ) as waiting
        cross join lateral (
            select own.source_table, own.record_id, own.correlation_id
            from pgsync.sync_logs as own
            where own.id = waiting.log_id
            offset 0
        ) as log
        where applied.log_id = any(applied_ids)
            and log.source_table = applied.source_table
            and log.record_id = applied.record_id
    ),

    released as (
        update pgsync.sync_queue as queue
        set
            scheduled_at = clock_timestamp(),
            error_class = null,
            error_message = null
        from related
        where queue.log_id = related.log_id and related.error_class = 'blocked'
    ),

    overtaken as (
        delete from pgsync.sync_queue as queue
        using related
        where queue.log_id = related.log_id
            and related.error_class <> 'blocked'
            and related.log_id < related.applied_id
        returning
            related.log_id, related.attempts, related.applied_id, related.source_table, related.record_id
    ),

    audited as (
        insert into pgsync.sync_audit_log (
            log_id, attempt, outcome, source_table, record_id, superseded_by, previous_change, worker, duration
        )
        select
            overtaken.log_id,
            overtaken.attempts + 1,
            'superseded',
            overtaken.source_table,
            overtaken.record_id,
            overtaken.applied_id,
            null,
            settle_earlier.worker,
            clock_timestamp() - settle_earlier.started_at
        from overtaken
    )

    select count(*)::integer into v_count from overtaken;
    return v_count;
end;
$$;

comment on function pgsync.settle_earlier(pgsync.claim[], bigint[], text, timestamptz)
is 'Ends failed changes that a later change of their record has overtaken; returns how many.';
