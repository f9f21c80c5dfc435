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
