-- Kind, key and SHA-256 of every row that the chain covers, from the tables alone. The form of the hashed text is in
-- AuditChain.md: version 1, the kind, then each column as its length in bytes, a colon and the bytes, or - for null.
with named as (
    select source_table, name from pgsync.chain_tables
),

row_fields (kind, key, fields) as (
    select 'audit', log_id || '.' || attempt, array[
        log_id::text, attempt::text, outcome::text, named.name, record_id, entry_ids::text, superseded_by::text,
        previous_change::text, error_class, error_message, error_column, worker, recorded_at::text, recorded_by,
        recorded_xid::text, duration::text, correlation_id, site
    ]
    from pgsync.sync_audit_log left join named using (source_table)
    union all
    select 'entry', id::text, array[
        id::text, xid::text, posted_at::text, entry_date::text, document_date::text, swept_from::text, purpose::text,
        entry.currency, reverses::text, change_id::text, named.name, record_id, rule, correlation_id, site, posted_by,
        idempotency_key, encode(input_hash, 'hex'), description, coalesce(line.lines, 0)::text
    ] || coalesce(line.fields, '{}')
    from ledger.journal_entries as entry
    left join named using (source_table)
    left join (
        select
            entry_id,
            count(distinct line) as lines,
            array_agg(field.value order by line, field.place) as fields
        from ledger.journal_lines
        cross join lateral unnest(array[
            line::text, account, amount::text, currency, party, dimensions::text
        ]) with ordinality as field (value, place)
        group by entry_id
    ) as line on line.entry_id = entry.id
    union all
    select 'period', id::text, array[id::text, period, status, reason, changed_at::text, changed_by]
    from ledger.period_history
    union all
    select 'rule', rule.name || '.' || version, array[
        rule.name, version::text, table_name, named.name, content, checksum, columns::text, function_name, currency,
        active_from::text, applied_at::text, applied_by
    ]
    from pgsync.rules as rule left join named using (source_table)
    union all
    select 'rule_end', name || '.' || version, array[name, version::text, active_until::text]
    from pgsync.rules where active_until is not null
    union all
    select 'account', code, array[code, type, contra::text] from ledger.accounts
    union all
    select 'currency', code, array[code, exponent::text] from ledger.currencies
    union all
    select 'range', range_name, array[
        range_name, made.table_name, from_id::text, until_id::text, made.row_count::text, made.frozen_at::text,
        coalesce(total.totals, 0)::text
    ] || coalesce(total.fields, '{}')
    from pgsync.id_ranges as made
    left join (
        select
            range_name,
            count(distinct number) as totals,
            array_agg(field.value order by number, field.place) as fields
        from (
            select
                own.*,
                row_number() over (
                    partition by range_name
                    order by table_name collate "C", day, outcome collate "C", first_id
                ) as number
            from pgsync.range_totals as own
        ) as ordered
        cross join lateral unnest(array[
            table_name, day::text, outcome, row_count::text, entry_count::text, first_id::text, last_id::text,
            encode(digest, 'hex')
        ]) with ordinality as field (value, place)
        group by range_name
    ) as total using (range_name)
    where made.frozen_at is not null
    union all
    select 'report', job::text, array[job::text, finished_at::text, encode(digest, 'hex')]
    from pgsync.verify_runs where digest is not null
    union all
    select 'act', id::text, array[
        id::text, at::text, login, token::text, actor, address, act, object, reason, result, details::text, confirmed_by,
        correlation_id, recorded_xid::text
    ]
    from pgsync.acts
)

select kind || ' ' || key || ' ' || encode(sha256(convert_to((
    select '1' || string_agg(coalesce(octet_length(value) || ':' || value, '-'), '' order by place)
    from unnest(array[kind] || fields) with ordinality as field (value, place)
), 'UTF8')), 'hex')
from row_fields;
