-- 190,000 dead letters of five tables and six classes, and among them 3,000 changes that wait, while posting is
-- paused: what is left after a bad day. One table and one class are rare.
select pgsync.pause();

create temporary table made on commit drop as
select
    1000000 + n as log_id,
    (8000000000 + n)::text as record_id,
    n % 64 = 63 as is_waiting,
    case
        when n % 9500 = 0 then 'public.ultrasound_bills'::regclass
        else (
            array['public.lab_bills', 'public.consultation_invoices', 'public.pharmacy_bills', 'public.payments']
            ::regclass[]
        )[1 + n % 4]
    end as source_table,
    case
        when n % 9500 = 1 then 'ledger.account'
        else (
            array['data.missing', 'data.range', 'rule.unbalanced', 'rule.no_account', 'period.closed']
        )[1 + n % 5]
    end as error_class,
    now() - (193000 - n) * interval '1 second' as at
from generate_series(0, 192999) as n;

insert into pgsync.sync_logs (id, source_table, record_id, action, data, slot, source_version, captured_at)
select
    log_id, source_table, record_id, 'create', jsonb_build_object('id', record_id), pgsync.slot_of(record_id), 1, at
from made;

insert into pgsync.sync_queue (
    log_id, slot, sync_status, attempts, retry_count, max_retries, last_sync_attempt, error_class, error_message,
    record_hash, source_table
)
select
    log_id, pgsync.slot_of(record_id),
    case when is_waiting then 'pending' else 'failed' end::pgsync.sync_status,
    case when is_waiting then 0 else 1 end, case when is_waiting then 0 else 1 end, 5,
    case when not is_waiting then at end, case when not is_waiting then error_class end,
    case when not is_waiting then 'no amount in ' || record_id end,
    case when not is_waiting then hashtext(record_id) end, case when not is_waiting then source_table end
from made;

insert into pgsync.sync_audit_log (
    log_id, attempt, outcome, source_table, record_id, error_class, error_column, worker, recorded_at
)
select log_id, 1, 'failed', source_table, record_id, error_class, 'amount', 'filled', at
from made
where not is_waiting;

analyze pgsync.sync_queue, pgsync.sync_logs, pgsync.sync_audit_log;
