create or replace function pgsync.claim_one(log_id bigint)
returns pgsync.claim
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
    v_claim pgsync.claim;
begin
    select
        log.id, log.source_table, log.record_id, log.action, log.data, queue.slot, log.captured_xid,
        log.captured_at, log.snapshot, log.correlation_id, queue.retry_count, queue.attempts
    into v_claim
    from pgsync.sync_queue as queue
    inner join pgsync.sync_logs as log on log.id = queue.log_id
    where queue.log_id = claim_one.log_id and queue.sync_status = 'pending'
    for update of queue;
    return v_claim;
end;
$$;

comment on function pgsync.claim_one(bigint)
is 'Claims one waiting change for this transaction; null if it no longer waits.';
