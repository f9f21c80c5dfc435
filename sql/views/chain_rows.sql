-- noqa: disable=RF02,RF03
-- Everything that is chained, by kind. Each content is written out column by column and begins with the
-- version of its form and the kind: changing one breaks every chain there is, so another form gets another
-- version. What may change lawfully is not in it, such as the name of an account. Content is only right with
-- the settings of pgsync.chain_part. It is null while chain_tables does not know the table. All branches have
-- the same types and collations, or no condition would reach their indexes.
create or replace view pgsync.chain_rows as
select
    'audit'::text as kind,
    audit.log_id as id,
    audit.log_id || '.' || audit.attempt::text collate "C" as key,
    audit.recorded_at as at,
    audit.recorded_xid as xid,
    audit.source_table,
    '1' collate "C" || pgsync.chain_field('audit')
    || pgsync.chain_field(audit.log_id::text)
    || pgsync.chain_field(audit.attempt::text)
    || pgsync.chain_field(audit.outcome::text)
    || pgsync.chain_field(named.name)
    || pgsync.chain_field(audit.record_id)
    || pgsync.chain_field(audit.entry_ids::text)
    || pgsync.chain_field(audit.superseded_by::text)
    || pgsync.chain_field(audit.previous_change::text)
    || pgsync.chain_field(audit.error_class)
    || pgsync.chain_field(audit.error_message)
    || pgsync.chain_field(audit.error_column)
    || pgsync.chain_field(audit.worker)
    || pgsync.chain_field(audit.recorded_at::text)
    || pgsync.chain_field(audit.recorded_by)
    || pgsync.chain_field(audit.recorded_xid::text)
    || pgsync.chain_field(audit.duration::text)
    || pgsync.chain_field(audit.correlation_id)
    || pgsync.chain_field(audit.site)
    || substr(named.name, 1, 0) as content
from pgsync.sync_audit_log as audit
left join pgsync.chain_tables as named on audit.source_table = named.source_table
union all
select
    'entry'::text as kind,
    entry.id,
    entry.id::text collate "C" as key,
    entry.posted_at as at,
    entry.xid,
    entry.source_table,
    '1' collate "C" || pgsync.chain_field('entry')
    || pgsync.chain_field(entry.id::text)
    || pgsync.chain_field(entry.xid::text)
    || pgsync.chain_field(entry.posted_at::text)
    || pgsync.chain_field(entry.entry_date::text)
    || pgsync.chain_field(entry.document_date::text)
    || pgsync.chain_field(entry.swept_from::text)
    || pgsync.chain_field(entry.purpose::text)
    || pgsync.chain_field(entry.currency)
    || pgsync.chain_field(entry.reverses::text)
    || pgsync.chain_field(entry.change_id::text)
    || pgsync.chain_field(named.name)
    || pgsync.chain_field(entry.record_id)
    || pgsync.chain_field(entry.rule)
    || pgsync.chain_field(entry.correlation_id)
    || pgsync.chain_field(entry.site)
    || pgsync.chain_field(entry.posted_by)
    || pgsync.chain_field(entry.idempotency_key)
    || pgsync.chain_field(encode(entry.input_hash, 'hex'))
    || pgsync.chain_field(entry.description)
    || pgsync.chain_field(line.lines::text)
    || coalesce(line.content, '')
    || case when entry.source_table is null then '' else substr(named.name, 1, 0) end as content
from ledger.journal_entries as entry
left join pgsync.chain_tables as named on entry.source_table = named.source_table
cross join
    lateral (
        select
            count(*) as lines,
            string_agg(
                pgsync.chain_field(own.line::text)
                || pgsync.chain_field(own.account)
                || pgsync.chain_field(own.amount::text)
                || pgsync.chain_field(own.currency)
                || pgsync.chain_field(own.party)
                || pgsync.chain_field(own.dimensions::text),
                '' order by own.line
            ) as content
        from ledger.journal_lines as own
        where own.entry_id = entry.id
    ) as line
union all
select
    'period'::text as kind,
    0::bigint as id,
    history.id::text collate "C" as key,
    history.changed_at as at,
    null::xid8 as xid,
    null::regclass as source_table,
    '1' collate "C" || pgsync.chain_field('period')
    || pgsync.chain_field(history.id::text)
    || pgsync.chain_field(history.period)
    || pgsync.chain_field(history.status)
    || pgsync.chain_field(history.reason)
    || pgsync.chain_field(history.changed_at::text)
    || pgsync.chain_field(history.changed_by) as content
from ledger.period_history as history
union all
select
    'rule'::text as kind,
    0::bigint as id,
    rule.name || '.' || rule.version::text collate "C" as key,
    rule.applied_at as at,
    null::xid8 as xid,
    rule.source_table,
    '1' collate "C" || pgsync.chain_field('rule')
    || pgsync.chain_field(rule.name)
    || pgsync.chain_field(rule.version::text)
    || pgsync.chain_field(rule.table_name)
    || pgsync.chain_field(named.name)
    || pgsync.chain_field(rule.content)
    || pgsync.chain_field(rule.checksum)
    || pgsync.chain_field(rule.columns::text)
    || pgsync.chain_field(rule.function_name)
    || pgsync.chain_field(rule.currency)
    || pgsync.chain_field(rule.active_from::text)
    || pgsync.chain_field(rule.applied_at::text)
    || pgsync.chain_field(rule.applied_by)
    || substr(named.name, 1, 0) as content
from pgsync.rules as rule
left join pgsync.chain_tables as named on rule.source_table = named.source_table
union all
select
    'rule_end'::text as kind,
    0::bigint as id,
    rule.name || '.' || rule.version::text collate "C" as key,
    null::timestamptz as at,
    null::xid8 as xid,
    null::regclass as source_table,
    '1' collate "C" || pgsync.chain_field('rule_end')
    || pgsync.chain_field(rule.name)
    || pgsync.chain_field(rule.version::text)
    || pgsync.chain_field(rule.active_until::text) as content
from pgsync.rules as rule
where rule.active_until is not null
union all
select
    'account'::text as kind,
    0::bigint as id,
    account.code as key,
    null::timestamptz as at,
    null::xid8 as xid,
    null::regclass as source_table,
    '1' collate "C" || pgsync.chain_field('account')
    || pgsync.chain_field(account.code)
    || pgsync.chain_field(account.type)
    || pgsync.chain_field(account.contra::text) as content
from ledger.accounts as account
union all
select
    'currency'::text as kind,
    0::bigint as id,
    currency.code as key,
    null::timestamptz as at,
    null::xid8 as xid,
    null::regclass as source_table,
    '1' collate "C" || pgsync.chain_field('currency')
    || pgsync.chain_field(currency.code)
    || pgsync.chain_field(currency.exponent::text) as content
from ledger.currencies as currency
union all
select
    'range'::text as kind,
    0::bigint as id,
    made.range_name collate "C" as key,
    made.frozen_at as at,
    null::xid8 as xid,
    null::regclass as source_table,
    '1' collate "C" || pgsync.chain_field('range')
    || pgsync.chain_field(made.range_name)
    || pgsync.chain_field(made.table_name)
    || pgsync.chain_field(made.from_id::text)
    || pgsync.chain_field(made.until_id::text)
    || pgsync.chain_field(made.row_count::text)
    || pgsync.chain_field(made.frozen_at::text)
    || pgsync.chain_field(total.totals::text)
    || coalesce(total.content, '') as content
from pgsync.id_ranges as made
cross join
    lateral (
        select
            count(*) as totals,
            string_agg(
                pgsync.chain_field(own.table_name)
                || pgsync.chain_field(own.day::text)
                || pgsync.chain_field(own.outcome)
                || pgsync.chain_field(own.row_count::text)
                || pgsync.chain_field(own.entry_count::text)
                || pgsync.chain_field(own.first_id::text)
                || pgsync.chain_field(own.last_id::text)
                || pgsync.chain_field(encode(own.digest, 'hex')),
                '' order by own.table_name collate "C", own.day, own.outcome collate "C", own.first_id
            ) as content
        from pgsync.range_totals as own
        where own.range_name = made.range_name
    ) as total
where made.frozen_at is not null
union all
select
    'report'::text as kind,
    0::bigint as id,
    run.job::text collate "C" as key,
    run.finished_at as at,
    null::xid8 as xid,
    null::regclass as source_table,
    '1' collate "C" || pgsync.chain_field('report')
    || pgsync.chain_field(run.job::text)
    || pgsync.chain_field(run.finished_at::text)
    || pgsync.chain_field(encode(run.digest, 'hex')) as content
from pgsync.verify_runs as run
where run.digest is not null
union all
select
    'act'::text as kind,
    act.id,
    act.id::text collate "C" as key,
    act.at,
    act.recorded_xid as xid,
    null::regclass as source_table,
    '1' collate "C" || pgsync.chain_field('act')
    || pgsync.chain_field(act.id::text)
    || pgsync.chain_field(act.at::text)
    || pgsync.chain_field(act.login)
    || pgsync.chain_field(act.token::text)
    || pgsync.chain_field(act.actor)
    || pgsync.chain_field(act.address)
    || pgsync.chain_field(act.act)
    || pgsync.chain_field(act.object)
    || pgsync.chain_field(act.reason)
    || pgsync.chain_field(act.result)
    || pgsync.chain_field(act.details::text)
    || pgsync.chain_field(act.confirmed_by)
    || pgsync.chain_field(act.correlation_id)
    || pgsync.chain_field(act.recorded_xid::text) as content
from pgsync.acts as act;

comment on view pgsync.chain_rows
is 'All rows that the chain covers, with the text whose SHA-256 it keeps.';

comment on column pgsync.chain_rows.kind
is 'audit, entry (with lines), period (history), rule, rule_end, account, currency, range, report or act.';
comment on column pgsync.chain_rows.id is 'Its number, by which parts are told; 0 for kinds with few rows.';
comment on column pgsync.chain_rows.key is 'What identifies it within its kind.';
comment on column pgsync.chain_rows.at is 'When it says that it was recorded.';
comment on column pgsync.chain_rows.xid is 'The transaction that it says it was recorded in.';
comment on column pgsync.chain_rows.source_table is 'The table it concerns.';
comment on column pgsync.chain_rows.content
is 'Its content in canonical form, given the settings of chain_part: null if the table has no name yet.';
