create or replace view ledger.trial_balance as
select
    balance.account,
    balance.name,
    balance.type,
    balance.currency,
    balance.debit,
    balance.credit,
    balance.amount
from ledger.trial_balance_at(current_date) as balance;

comment on view ledger.trial_balance
is 'What each account stands at today. On another day: ledger.trial_balance_at.';

comment on column ledger.trial_balance.account is 'The code of the account.';
comment on column ledger.trial_balance.name is 'What it is called.';
comment on column ledger.trial_balance.type is 'asset, liability, equity, income or expense.';
comment on column ledger.trial_balance.currency is 'The currency of the amounts.';
comment on column ledger.trial_balance.debit is 'What it stands at where that is a debit; else null.';
comment on column ledger.trial_balance.credit is 'What it stands at where that is a credit; else null.';
comment on column ledger.trial_balance.amount is 'Debits less credits in the smallest unit of the currency.';
