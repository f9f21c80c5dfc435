create or replace function pgsync.fail_claim(
    claim pgsync.claim,
    error_class text,
    error_message text,
    worker text,
    started_at timestamptz
)
returns pgsync.batch_result
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_result pgsync.batch_result := pgsync.empty_result();
begin
    insert into pgsync.sync_audit_log (
        log_id, attempt, outcome, source_table, record_id, previous_change, error_class, error_message, worker,
        duration, correlation_id
    )
    values (
        claim.log_id, claim.attempts + 1, 'failed', claim.source_table, claim.record_id,
        (
            select nullif(master.last_audited, claim.log_id)
            from pgsync.sync_master_status as master
            where master.source_table = claim.source_table and master.record_id = claim.record_id collate "C"
        ),
        fail_claim.error_class, fail_claim.error_message, fail_claim.worker,
        clock_timestamp() - fail_claim.started_at, claim.correlation_id
    );
    -- A TRUNCATE is of no record.
    if claim.action <> 'truncate' then
        insert into pgsync.sync_master_status as present (source_table, record_id, last_change, last_audited)
        values (claim.source_table, claim.record_id, 0, claim.log_id)
        on conflict on constraint sync_master_status_pkey do update
        set last_audited = excluded.last_audited, updated_at = excluded.updated_at;
    end if;
    perform pgsync.reschedule(
        array[claim.log_id], array[fail_claim.error_class], array[fail_claim.error_message]
    );

    v_result.claimed := 1;
    v_result.failed := 1;
    v_result.failed_ids := array[claim.log_id];
    v_result.error_classes := array[fail_claim.error_class];
    v_result.error_messages := array[fail_claim.error_message];
    return v_result;
end;
$$;

comment on function pgsync.fail_claim(pgsync.claim, text, text, text, timestamptz)
is 'Notes that a single change has failed: in the audit log and in the queue.';
