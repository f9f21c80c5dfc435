create or replace view ledger.general_ledger as
select
    line.account,
    account.name as account_name,
    entry.entry_date,
    entry.id as entry_id,
    line.line,
    entry.description,
    line.party,
    line.currency,
    case
        when line.amount > 0 then round(line.amount / 10::numeric ^ currency.exponent, currency.exponent)
    end as debit,
    case
        when line.amount < 0 then round(-line.amount / 10::numeric ^ currency.exponent, currency.exponent)
    end as credit,
    line.amount,
    line.dimensions,
    entry.purpose,
    entry.source_table,
    entry.record_id
from ledger.journal_lines as line
inner join ledger.journal_entries as entry on line.entry_id = entry.id
inner join ledger.accounts as account on line.account = account.code
inner join ledger.currencies as currency on line.currency = currency.code;

comment on view ledger.general_ledger
is 'Every line with its entry, in debit and credit. With a running balance: ledger.account_statement.';
