-- Isolation ends here, so this must not fail, whatever the change contains: if its failure cannot be recorded
-- as usual, only the queue records it, and why.
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
set enable_seqscan = off
set jit = off
as $$
declare
    v_key constant text := pgsync.short_id(claim.record_id);
    v_site constant text := pgsync.site_of(claim.source_table, claim.record_id, claim.data);
    v_message text := left(fail_claim.error_message, 1000);
    v_result pgsync.batch_result := pgsync.empty_result();
begin
    begin
        insert into pgsync.sync_audit_log (
            log_id, attempt, outcome, source_table, record_id, previous_change, error_class, error_message, worker,
            duration, correlation_id, site
        )
        values (
            claim.log_id, claim.attempts + 1, 'failed', claim.source_table, claim.record_id,
            (
                select nullif(master.last_audited, claim.log_id)
                from pgsync.sync_master_status as master
                where master.source_table = claim.source_table and master.record_id = v_key collate "C"
            ),
            fail_claim.error_class, v_message, fail_claim.worker, clock_timestamp() - fail_claim.started_at,
            claim.correlation_id, v_site
        );
        -- A TRUNCATE concerns no single record.
        if claim.action <> 'truncate' then
            insert into pgsync.sync_master_status as present (source_table, record_id, last_change, last_audited, site)
            values (claim.source_table, v_key, 0, claim.log_id, v_site)
            on conflict on constraint sync_master_status_pkey do update
            set last_audited = excluded.last_audited, updated_at = excluded.updated_at;
        end if;
    exception when others then
        if pgsync.error_class_of(sqlstate) = 'transient' then
            raise;
        end if;
        v_message := left(format('%s; the audit log could not record it: %s', v_message, sqlerrm), 1000);
    end;
    perform pgsync.reschedule(array[claim.log_id], array[fail_claim.error_class], array[v_message]);

    v_result.claimed := 1;
    v_result.failed := 1;
    v_result.failed_ids := array[claim.log_id];
    v_result.error_classes := array[fail_claim.error_class];
    v_result.error_messages := array[v_message];
    return v_result;
end;
$$;

comment on function pgsync.fail_claim(pgsync.claim, text, text, text, timestamptz)
is 'Records the failure of a single change in the audit log and in the queue.';
