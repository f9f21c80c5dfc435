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
is 'Every line with its entry, as debit or credit. With a running balance: ledger.account_statement.';

comment on column ledger.general_ledger.account is 'The code of the account.';
comment on column ledger.general_ledger.account_name is 'The name of the account.';
comment on column ledger.general_ledger.entry_date is 'The accounting date of the entry.';
comment on column ledger.general_ledger.entry_id is 'The entry the line belongs to.';
comment on column ledger.general_ledger.line is 'The number of the line in its entry, from 1.';
comment on column ledger.general_ledger.description is 'What the entry is about.';
comment on column ledger.general_ledger.party is 'The party of the line; null for none.';
comment on column ledger.general_ledger.currency is 'The currency of the amounts.';
comment on column ledger.general_ledger.debit is 'The amount in units of the currency; null for a credit.';
comment on column ledger.general_ledger.credit is 'The amount in units of the currency; null for a debit.';
comment on column ledger.general_ledger.amount
is 'Positive for a debit, negative for a credit, in the smallest unit of the currency.';
comment on column ledger.general_ledger.dimensions is 'Names and values for analysis; null for none.';
comment on column ledger.general_ledger.purpose is 'posting, reversal, manual, opening or closing.';
comment on column ledger.general_ledger.source_table
is 'The table whose record the entry was posted for; null for entries that users posted.';
comment on column ledger.general_ledger.record_id is 'The record the entry was posted for.';
