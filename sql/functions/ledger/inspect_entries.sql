-- Searches for what the triggers refuse: they may have been disabled.
create or replace function ledger.inspect_entries(after_id bigint, through_id bigint)
returns table (finding text, entry_id bigint, found text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
with whole as materialized (
    select
        line.entry_id,
        line.currency,
        count(*) as lines,
        min(line.line) as first_line,
        max(line.line) as last_line,
        sum(line.amount) as total
    from ledger.journal_lines as line
    where line.entry_id > inspect_entries.after_id and line.entry_id <= inspect_entries.through_id
    group by line.entry_id, line.currency
),

reversal as materialized (
    select
        entry.id,
        entry.reverses,
        entry.purpose,
        original.id is null as is_unknown,
        original.purpose as original_purpose
    from ledger.journal_entries as entry
    left join ledger.journal_entries as original on entry.reverses = original.id
    where entry.reverses is not null
        and entry.id > inspect_entries.after_id
        and entry.id <= inspect_entries.through_id
),

opposite as (
    select reversal.id, line.line, line.account, line.currency, line.amount, line.party, line.dimensions
    from reversal
    inner join ledger.journal_lines as line on reversal.id = line.entry_id
),

original as (
    select reversal.id, line.line, line.account, line.currency, -line.amount as amount, line.party, line.dimensions
    from reversal
    inner join ledger.journal_lines as line on reversal.reverses = line.entry_id
)

select 'no_entry' as finding, whole.entry_id, 'lines without an entry' as found
from whole
left join ledger.journal_entries as entry on whole.entry_id = entry.id
where entry.id is null
union all
select 'no_lines', entry.id, 'an entry without lines'
from ledger.journal_entries as entry
left join whole on entry.id = whole.entry_id
where whole.entry_id is null
    and entry.id > inspect_entries.after_id
    and entry.id <= inspect_entries.through_id
union all
select 'one_line', whole.entry_id, 'an entry with only one line'
from whole
where whole.lines < 2
union all
select
    'line_numbers',
    whole.entry_id,
    format('%s lines, numbered from %s to %s', whole.lines, whole.first_line, whole.last_line)
from whole
where whole.first_line <> 1 or whole.last_line <> whole.lines
union all
select
    'not_balanced',
    whole.entry_id,
    format('debits less credits are %s in the smallest unit of %s', whole.total, whole.currency)
from whole
where whole.total <> 0
union all
select 'other_currency', entry.id, format('an entry in %s with lines in %s', entry.currency, whole.currency)
from whole
inner join ledger.journal_entries as entry on whole.entry_id = entry.id
where entry.currency <> whole.currency
union all
select 'unknown_currency', min(whole.entry_id), format('unknown currency %L', whole.currency)
from whole
left join ledger.currencies as currency on whole.currency = currency.code
where currency.code is null
group by whole.currency
union all
select 'unknown_account', min(line.entry_id), format('unknown account %L', line.account)
from ledger.journal_lines as line
left join ledger.accounts as account on line.account = account.code
where account.code is null
    and line.entry_id > inspect_entries.after_id
    and line.entry_id <= inspect_entries.through_id
group by line.account
union all
select
    'no_period',
    min(entry.id),
    format(
        'on %s, %s %s in no period',
        entry.entry_date, count(*), case count(*) when 1 then 'entry is' else 'entries are' end
    )
from ledger.journal_entries as entry
left join ledger.periods as period on period.days @> entry.entry_date
where period.name is null
    and entry.id > inspect_entries.after_id
    and entry.id <= inspect_entries.through_id
group by entry.entry_date
union all
select
    'closed_period',
    entry.id,
    format('posted at %s, after period %s was closed', entry.posted_at, period.name)
from ledger.periods as period
inner join ledger.journal_entries as entry
    on period.days @> entry.entry_date and period.closed_at < entry.posted_at
where period.status = 'closed'
    and entry.id > inspect_entries.after_id
    and entry.id <= inspect_entries.through_id
union all
select
    'no_change',
    entry.id,
    case
        when entry.change_id is null then 'posted by a rule, but without a change'
        else format('it names change %s, whose outcome does not name it', entry.change_id)
    end
from ledger.journal_entries as entry
left join pgsync.sync_audit_log as audit
    on entry.change_id = audit.log_id
    and entry.source_table = audit.source_table
    and (
        (entry.id = any(audit.entry_ids) and audit.record_id in (entry.record_id, ''))
        -- A TRUNCATE of very many records names none of them.
        or (audit.record_id = '' and audit.outcome = 'reversed' and audit.entry_ids is null)
    )
where entry.id > inspect_entries.after_id
    and entry.id <= inspect_entries.through_id
    and (entry.purpose = 'posting' or entry.change_id is not null)
    and audit.log_id is null
    -- What became of a change is forgotten with its range.
    and not exists (
        select
        from pgsync.id_ranges as made
        where made.table_name = 'sync_audit_log'
            and made.state = 'dropped'
            and entry.change_id >= made.from_id
            and entry.change_id < made.until_id
    )
    -- A reversal of many entries is done in steps.
    and not exists (
        select
        from pgsync.sync_queue as queue
        where queue.log_id = entry.change_id and entry.purpose = 'reversal'
    )
union all
select 'wrong_reversal', reversal.id, format('it reverses entry %s, which does not exist', reversal.reverses)
from reversal
where reversal.is_unknown
union all
select
    'wrong_reversal',
    reversal.id,
    format(
        'it is a %s of entry %s, which is %sa reversal',
        reversal.purpose, reversal.reverses, case reversal.original_purpose when 'reversal' then '' else 'not ' end
    )
from reversal
where not reversal.is_unknown and (reversal.original_purpose = 'reversal') <> (reversal.purpose = 'reinstatement')
union all
select 'wrong_reversal', reversal.id, format('it does not mirror entry %s', reversal.reverses)
from reversal
where not reversal.is_unknown and reversal.id in (
        (
            select different.id
            from (
                (select * from opposite except select * from original)
                union all
                (select * from original except select * from opposite)
            ) as different
        )
    );
$$;

comment on function ledger.inspect_entries(bigint, bigint)
is 'What in these entries and their lines breaks the rules of the ledger; no rows when all is well.';
