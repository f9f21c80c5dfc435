-- 200,000 changes of 100,000 records, their attempts, 100,000 entries with 200,000 lines over two years, and
-- 40,000 dead letters: as posting leaves them, for looking at plans. Record n is lab_bills 9000000000 + n.
alter table ledger.journal_entries disable trigger all;
alter table ledger.journal_lines disable trigger all;

create temporary table made on commit drop as
select
    100000 + n as log_id,
    (9000000000 + n % 100000)::text as record_id,
    n < 100000 as is_first,
    n % 5 = 3 and n >= 100000 as is_dead,
    'public.lab_bills'::regclass as source_table,
    now() - (200000 - n) * interval '5 minutes' as at
from generate_series(0, 199999) as n;

insert into pgsync.sync_logs (id, source_table, record_id, action, data, slot, source_version, captured_at)
select
    log_id, source_table, record_id, case when is_first then 'create' else 'update' end,
    jsonb_build_object('id', record_id), pgsync.slot_of(record_id), 1, at
from made;

insert into pgsync.sync_audit_log (
    log_id, attempt, outcome, source_table, record_id, entry_ids, previous_change, error_class, worker, recorded_at
)
select
    log_id, 1, case when is_dead then 'failed' when is_first then 'posted' else 'unchanged' end::pgsync.outcome,
    source_table, record_id, case when is_first then array[log_id] end, case when not is_first then log_id - 100000 end,
    case when is_dead then 'data.range' end, 'filled', at
from made;

insert into pgsync.sync_queue (
    log_id, slot, sync_status, attempts, retry_count, max_retries, last_sync_attempt, error_class, error_message,
    record_hash, source_table
)
select
    log_id, pgsync.slot_of(record_id), 'failed', 1, 1, 1, at, (array['data.range', 'rule.unbalanced'])[1 + log_id % 2],
    'filled', hashtext(record_id), source_table
from made
where is_dead;

insert into pgsync.sync_master_status (source_table, record_id, last_change, last_audited, entry_ids)
select source_table, record_id, log_id, log_id + 100000, array[log_id]
from made
where is_first;

insert into ledger.periods (name, days)
select to_char(month, 'YYYY-MM'), daterange(month::date, (month + interval '1 month')::date)
from generate_series('2023-01-01'::timestamp, '2024-12-01', '1 month') as month
on conflict do nothing;

insert into ledger.journal_entries (
    id, entry_date, document_date, purpose, currency, change_id, source_table, record_id, rule, idempotency_key, input_hash,
    description
)
select
    log_id, at::date, at::date, 'posting', 'INR', log_id, source_table, record_id, 'lab_bill@1', 'filled ' || log_id, '\x00',
    'Filled ' || record_id
from made
where is_first;

insert into ledger.journal_lines (entry_id, amount, line, account, currency, party)
select
    log_id, side * (100 + log_id % 1000), case side when 1 then 1 else 2 end,
    case when side = -1 then '4300' when log_id % 20000 = 7 then '1900' else '1200' end, 'INR',
    case side when 1 then (log_id % 500)::text end
from made
cross join (values (1), (-1)) as line (side)
where is_first;

insert into pgsync.sync_system_health (
    span, starts_at, worker, sampled_at, queue_size, oldest_seconds, captured, posted, without_entry, failed, latency
)
select
    'minute', date_trunc('minute', now()) - n * interval '1 minute', 1000, now(), 1, 1, 1, 1, 1, 0,
    array_fill(1::bigint, array[47])
from generate_series(1, 20000) as n;

insert into pgsync.acts (at, actor, act, result)
select now() - n * interval '1 minute', 'filled', 'retry', 'done'
from generate_series(1, 20000) as n;

insert into pgsync.sync_alerts (
    kind, state, severity, words, first_seen_at, last_seen_at, raised_at, resolved_at, told_at, end_told_at
)
select 'QUEUE_BACKUP', 'resolved', 'high', 'filled', now(), now(), now(), now(), now(), now()
from generate_series(1, 20000);

alter table ledger.journal_entries enable always trigger entries_are_checked;
alter table ledger.journal_entries enable always trigger journal_entries_are_never_rewritten;
alter table ledger.journal_lines enable always trigger lines_are_checked;
alter table ledger.journal_lines enable always trigger journal_lines_are_never_rewritten;
analyze pgsync.sync_queue, pgsync.sync_logs, pgsync.sync_audit_log, pgsync.sync_master_status, ledger.journal_entries,
ledger.journal_lines, ledger.balance_snapshots, pgsync.sync_system_health, pgsync.acts, pgsync.sync_alerts;
