-- The columns as they are, one JSON object a line, for recompute.py: times in microseconds, days in days since
-- 2000-01-01, bytes in hexadecimal.
select json_build_object(
    'block', seq, 'previous', encode(previous_head, 'hex'), 'kind', kind, 'part', part, 'rows', row_count,
    'keys', keys, 'digests', (select array_agg(encode(d, 'hex') order by n) from unnest(digests) with ordinality as x (d, n)),
    'list_digest', encode(list_digest, 'hex'), 'since', (extract(epoch from since) * 1000000)::bigint,
    'snapshot', snapshot::text, 'system', system_identifier,
    'chained_at', (extract(epoch from chained_at) * 1000000)::bigint, 'chained_by', chained_by,
    'head', encode(head, 'hex')
)
from pgsync.audit_chain order by seq;
select json_build_object('kind', 'audit', 'key', log_id || '.' || attempt, 'fields', json_build_array(
    log_id, attempt, outcome, named.name, record_id, json_build_object('list', entry_ids), superseded_by, previous_change,
    error_class, error_message, error_column, worker,
    json_build_object('time', (extract(epoch from recorded_at) * 1000000)::bigint), recorded_by, recorded_xid::text,
    json_build_object('interval', (extract(epoch from duration) * 1000000)::bigint), correlation_id, site
))
from pgsync.sync_audit_log left join pgsync.chain_tables as named using (source_table);
select json_build_object('kind', 'entry', 'key', id::text, 'fields', json_build_array(
    id, xid::text, json_build_object('time', (extract(epoch from posted_at) * 1000000)::bigint),
    json_build_object('day', entry_date - date '2000-01-01'), json_build_object('day', document_date - date '2000-01-01'),
    json_build_object('day', swept_from - date '2000-01-01'), purpose, currency, reverses, change_id, named.name, record_id, rule,
    correlation_id, site, posted_by, idempotency_key, encode(input_hash, 'hex'), description,
    (select count(*) from ledger.journal_lines where entry_id = id)
), 'lines', (
    select json_agg(json_build_array(line, account, amount, currency, party, dimensions::text) order by line)
    from ledger.journal_lines where entry_id = id
))
from ledger.journal_entries left join pgsync.chain_tables as named using (source_table);
select json_build_object('kind', 'period', 'key', id::text, 'fields', json_build_array(
    id, period, status, reason, json_build_object('time', (extract(epoch from changed_at) * 1000000)::bigint), changed_by
))
from ledger.period_history;
select json_build_object('kind', 'rule', 'key', rule.name || '.' || version, 'fields', json_build_array(
    rule.name, version, table_name, named.name, content, checksum, json_build_object('list', columns), function_name, currency,
    active_from::text, json_build_object('time', (extract(epoch from applied_at) * 1000000)::bigint), applied_by
))
from pgsync.rules as rule left join pgsync.chain_tables as named using (source_table);
select json_build_object('kind', 'rule_end', 'key', name || '.' || version, 'fields', json_build_array(
    name, version, json_build_object('day', active_until - date '2000-01-01')
))
from pgsync.rules where active_until is not null;
select json_build_object('kind', 'account', 'key', code, 'fields', json_build_array(code, type, contra))
from ledger.accounts;
select json_build_object('kind', 'currency', 'key', code, 'fields', json_build_array(code, exponent))
from ledger.currencies;
select json_build_object('kind', 'report', 'key', job::text, 'fields', json_build_array(
    job, json_build_object('time', (extract(epoch from finished_at) * 1000000)::bigint), encode(digest, 'hex')
))
from pgsync.verify_runs where digest is not null;
select json_build_object('kind', 'range', 'key', range_name, 'fields', json_build_array(
    range_name, table_name, from_id, until_id, row_count,
    json_build_object('time', (extract(epoch from frozen_at) * 1000000)::bigint),
    (select count(*) from pgsync.range_totals as total where total.range_name = made.range_name)
), 'lines', (
    select json_agg(
        json_build_array(
            table_name, json_build_object('day', day - date '2000-01-01'), outcome, row_count, entry_count, first_id, last_id,
            encode(digest, 'hex')
        )
        order by table_name collate "C", day, outcome collate "C", first_id
    )
    from pgsync.range_totals as total where total.range_name = made.range_name
))
from pgsync.id_ranges as made where frozen_at is not null;
select json_build_object('kind', 'act', 'key', id::text, 'fields', json_build_array(
    id, json_build_object('time', (extract(epoch from at) * 1000000)::bigint), login, token, actor, address, act, object,
    reason, result, details::text, confirmed_by, correlation_id, recorded_xid::text
))
from pgsync.acts;
