-- A slot is locked before a row of it, so that the changes of one record are taken by one transaction at a
-- time and in their order; rows that somebody else works on are passed over. Changes that wait for a time
-- come first, for they are few and late; the others from the low mark on, so that the scan does not wade
-- through index entries of finished changes that an old snapshot keeps from being removed.
create or replace function pgsync.claim_changes(
    batch_limit integer,
    low_mark bigint default 0,
    only_sources regclass[] default null,
    out claims pgsync.claim[],
    out next_mark bigint
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_due pgsync.claim[];
begin
    if exists (select from pgsync.sync_queue as queue where queue.scheduled_at <= now()) then
        select array_agg(
            row(
                queue.log_id, log.source_table, log.record_id, log.action, log.data, queue.slot, log.captured_xid,
                log.captured_at, log.snapshot, log.correlation_id, queue.retry_count, queue.attempts
            )::pgsync.claim
        )
        into v_due
        from (
            select queue.log_id, queue.slot, queue.retry_count, queue.attempts
            from pgsync.sync_queue as queue
            where queue.scheduled_at <= now()
                and queue.sync_status = 'pending'
                and case
                    when only_sources is null or pgsync.is_of_sources(queue.log_id, only_sources)
                        then pg_try_advisory_xact_lock(1886876532, queue.slot)
                end
            order by queue.scheduled_at
            limit greatest(batch_limit / 2, 1)
            for update skip locked
        ) as queue
        cross join lateral (
            select own.*
            from pgsync.sync_logs as own
            where own.id = queue.log_id
            offset 0
        ) as log;
    end if;

    select array_agg(
        row(
            queue.log_id, log.source_table, log.record_id, log.action, log.data, queue.slot, log.captured_xid,
            log.captured_at, log.snapshot, log.correlation_id, queue.retry_count, queue.attempts
        )::pgsync.claim
    )
    into claims
    from (
        select queue.log_id, queue.slot, queue.retry_count, queue.attempts
        from pgsync.sync_queue as queue
        where queue.log_id >= low_mark
            and queue.sync_status = 'pending'
            and queue.scheduled_at is null
            and case
                when only_sources is null or pgsync.is_of_sources(queue.log_id, only_sources)
                    then pg_try_advisory_xact_lock(1886876532, queue.slot)
            end
        order by queue.log_id
        limit greatest(batch_limit - coalesce(cardinality(v_due), 0), 0)
        for update skip locked
    ) as queue
    cross join lateral (
        select own.*
        from pgsync.sync_logs as own
        where own.id = queue.log_id
        offset 0
    ) as log;

    next_mark := coalesce((claims[cardinality(claims)]).log_id + 1, low_mark);
    claims := coalesce(v_due || claims, claims, v_due, '{}');
end;
$$;

comment on function pgsync.claim_changes(integer, bigint, regclass[])
is 'Takes changes from the queue for this transaction; nobody else gets them or others of their records.';
