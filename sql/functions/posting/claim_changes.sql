-- A slot is locked before a row of it, so that one transaction at a time claims the changes of a record, and
-- in order; rows that another session works on are skipped. Half of a batch is for scheduled changes and half
-- for the others, and each kind can use what the other leaves: so neither blocks the other. The others are
-- claimed from the low mark on, so that the scan avoids index entries of finished changes that an old
-- snapshot keeps from being removed.
create or replace function pgsync.claim_changes(
    batch_limit integer,
    low_mark bigint default 0,
    only_sources regclass[] default null,
    out claims pgsync.claim[],
    out suspects pgsync.claim[],
    out next_mark bigint,
    out is_cut boolean
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
    v_due record;
    v_more record;
    -- A single place cannot be halved: it is for either kind.
    v_half constant integer := case when batch_limit > 1 then batch_limit / 2 else (random() < 0.5)::integer end;
    v_due_count integer := 0;
    v_room integer := batch_limit;
    v_waiting record;
    v_is_due constant boolean := exists (
        select from pgsync.sync_queue as queue where queue.scheduled_at <= now()
    );
begin
    is_cut := false;
    if v_is_due then
        v_due := pgsync.claim_due(v_half, only_sources);
        v_due_count := cardinality(v_due.claims) + cardinality(v_due.suspects);
        v_room := batch_limit - v_due_count;
    end if;

    if only_sources is null then
        select
            array_agg(
                row(
                    queue.log_id, log.source_table, log.record_id, log.action, log.data, queue.slot,
                    log.captured_xid, log.captured_at, log.snapshot, log.correlation_id, queue.retry_count,
                    queue.attempts
                )::pgsync.claim
            ),
            max(queue.log_id) + 1
        into claims, next_mark
        from (
            select queue.log_id, queue.slot, queue.retry_count, queue.attempts
            from pgsync.sync_queue as queue
            where queue.log_id >= low_mark
                and queue.sync_status = 'pending'
                and queue.scheduled_at is null
                and pg_try_advisory_xact_lock(1886876532 /* slots */, queue.slot)
            order by queue.log_id
            limit v_room
            for update skip locked
        ) as queue
        cross join lateral (
            select own.*
            from pgsync.sync_logs as own
            where own.id = queue.log_id
            offset 0
        ) as log;
    else
        v_waiting := pgsync.find_waiting(only_sources, low_mark, v_room);
        select
            array_agg(
                row(
                    queue.log_id, log.source_table, log.record_id, log.action, log.data, queue.slot,
                    log.captured_xid, log.captured_at, log.snapshot, log.correlation_id, queue.retry_count,
                    queue.attempts
                )::pgsync.claim
            ),
            max(queue.log_id) + 1
        into claims, next_mark
        from (
            select queue.log_id, queue.slot, queue.retry_count, queue.attempts
            from pgsync.sync_queue as queue
            where queue.log_id = any(v_waiting.log_ids)
                and queue.sync_status = 'pending'
                and queue.scheduled_at is null
                and pg_try_advisory_xact_lock(1886876532 /* slots */, queue.slot)
            order by queue.log_id
            limit v_room
            for update skip locked
        ) as queue
        cross join lateral (
            select own.*
            from pgsync.sync_logs as own
            where own.id = queue.log_id
            offset 0
        ) as log;
        is_cut := v_waiting.is_cut;
    end if;

    next_mark := coalesce(next_mark, low_mark);
    if only_sources is not null and coalesce(cardinality(claims), 0) < v_room then
        next_mark := v_waiting.seen + 1;
    end if;
    v_room := v_room - coalesce(cardinality(claims), 0);
    if v_is_due then
        suspects := v_due.suspects;
        if v_due_count = v_half and v_room > 0 then
            v_more := pgsync.claim_due(
                v_room, only_sources, coalesce(v_due.last_time, '-infinity'), coalesce(v_due.last_id, 0)
            );
            suspects := suspects || v_more.suspects;
            claims := v_due.claims || v_more.claims || coalesce(claims, '{}');
        else
            claims := v_due.claims || coalesce(claims, '{}');
        end if;
    end if;
    claims := coalesce(claims, '{}');
    if cardinality(suspects) = 0 then
        suspects := null;
    end if;
end;
$$;

comment on function pgsync.claim_changes(integer, bigint, regclass[])
is 'Claims changes for this transaction; no other session gets them or others of their records.';
