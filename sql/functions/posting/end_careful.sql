-- A session that has announced a change in its own session holds its slot: no other session ends that
-- attempt. If the slot is free, it was announced through a pooler, or in a session that has ended.
create or replace function pgsync.end_careful(
    worker text,
    log_id bigint,
    error_class text default null,
    error_message text default null,
    holds_slot boolean default true
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
    v_slot constant smallint := (select log.slot from pgsync.sync_logs as log where log.id = end_careful.log_id);
    v_claim pgsync.claim;
begin
    -- What error_class_of derives from the SQLSTATE alone.
    if end_careful.error_class not in (
            'transient', 'unexpected', 'data.refused', 'period.closed', 'ledger.account', 'ledger.conflict',
            'ledger.currency', 'ledger.party', 'ledger.refused'
        )
    then
        raise exception '% is not a failure class that a worker reports', end_careful.error_class
            using errcode = 'invalid_parameter_value';
    end if;
    if holds_slot and not pgsync.has_lock(1886876532 /* slots */, v_slot) then
        raise exception 'change % was not announced in this session', end_careful.log_id
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform pg_advisory_xact_lock(1886876532 /* slots */, v_slot);
    v_claim := pgsync.claim_one(end_careful.log_id);
    -- A failure belongs to an attempt, and there is no attempt without an announcement; but find_truncated is
    -- also called for what a batch has met.
    if end_careful.error_class is not null
        and v_claim.log_id is not null
        and (
            (
                v_claim.action = 'truncate'
                and pgsync.table_named(v_claim.data ->> 'table') is distinct from v_claim.source_table
            )
            or (
                select queue.locked_at is not null
                from pgsync.sync_queue as queue
                where queue.log_id = end_careful.log_id
            )
        )
    then
        perform pgsync.fail_claim(
            v_claim, end_careful.error_class, end_careful.error_message, worker, clock_timestamp()
        );
    end if;
    update pgsync.sync_queue as queue
    set locked_at = null
    where queue.log_id = end_careful.log_id and queue.locked_at is not null;
    if holds_slot then
        perform pg_advisory_unlock(1886876532 /* slots */, v_slot);
    end if;
end;
$$;

comment on function pgsync.end_careful(text, bigint, text, text, boolean)
is 'Withdraws what begin_careful announced, and records a failure if process_one ended in an error.';
