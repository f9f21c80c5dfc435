create or replace function ledger.trial_balance_at(as_of date)
returns table (
    account text,
    name text,
    type text,
    currency text,
    debit numeric,
    credit numeric,
    amount numeric
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    account.code,
    account.name,
    account.type,
    currency.code,
    case
        when balance.amount > 0
            then round(balance.amount / 10::numeric ^ currency.exponent, currency.exponent)
    end as debit,
    case
        when balance.amount < 0
            then round(-balance.amount / 10::numeric ^ currency.exponent, currency.exponent)
    end as credit,
    balance.amount
from ledger.balances_at(trial_balance_at.as_of) as balance
inner join ledger.accounts as account on account.code = balance.account
inner join ledger.currencies as currency on currency.code = balance.currency
order by account.code, currency.code;
$$;

comment on function ledger.trial_balance_at(date)
is 'The balance of each account at the end of a day; amount is debits less credits in the smallest unit.';
