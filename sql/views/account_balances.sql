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
is 'Every account with its balance on its normal side, of all entries there are, also those dated ahead.';

comment on column ledger.account_balances.account is 'The code of the account.';
comment on column ledger.account_balances.name is 'What it is called.';
comment on column ledger.account_balances.type is 'asset, liability, equity, income or expense.';
comment on column ledger.account_balances.normal_side
is 'The side on which it normally stands: debit or credit.';
comment on column ledger.account_balances.currency
is 'One row for each currency that was posted; null where nothing was.';
comment on column ledger.account_balances.balance
is 'What it stands at on its normal side, in units of the currency.';
comment on column ledger.account_balances.amount
is 'Debits less credits in the smallest unit of the currency.';
comment on column ledger.account_balances.parent is 'The account whose part it is; null for none.';
comment on column ledger.account_balances.active is 'Whether anything can still be posted to it.';
