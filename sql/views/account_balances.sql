create or replace view ledger.account_balances as
select
    account.code as account,
    account.name,
    account.type,
    account.normal_side,
    balance.currency,
    round(
        case account.normal_side when 'debit' then balance.amount else -balance.amount end
        / 10::numeric ^ currency.exponent,
        currency.exponent
    ) as balance,
    balance.amount,
    account.parent,
    account.active
from ledger.accounts as account
left join ledger.balances_at('infinity') as balance on account.code = balance.account
left join ledger.currencies as currency on balance.currency = currency.code;

comment on view ledger.account_balances
is 'Every account with its balance on its normal side, over all entries, including future-dated ones.';

comment on column ledger.account_balances.account is 'The code of the account.';
comment on column ledger.account_balances.name is 'The name of the account.';
comment on column ledger.account_balances.type is 'asset, liability, equity, income or expense.';
comment on column ledger.account_balances.normal_side
is 'The side its balance is normally on: debit or credit.';
comment on column ledger.account_balances.currency
is 'One row for each currency posted; null if nothing was.';
comment on column ledger.account_balances.balance
is 'The balance on its normal side, in units of the currency.';
comment on column ledger.account_balances.amount
is 'Debits less credits in the smallest unit of the currency.';
comment on column ledger.account_balances.parent is 'The account it is part of; null for none.';
comment on column ledger.account_balances.active is 'Whether it can still be posted to.';
