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
is 'The balance of each account today. For another day: ledger.trial_balance_at.';

comment on column ledger.trial_balance.account is 'The code of the account.';
comment on column ledger.trial_balance.name is 'The name of the account.';
comment on column ledger.trial_balance.type is 'asset, liability, equity, income or expense.';
comment on column ledger.trial_balance.currency is 'The currency of the amounts.';
comment on column ledger.trial_balance.debit is 'The balance if it is a debit; else null.';
comment on column ledger.trial_balance.credit is 'The balance if it is a credit; else null.';
comment on column ledger.trial_balance.amount is 'Debits less credits in the smallest unit of the currency.';
