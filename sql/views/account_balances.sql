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
