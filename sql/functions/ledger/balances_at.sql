create or replace function ledger.balances_at(as_of date)
returns table (account text, currency text, amount numeric)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select own.account, own.currency, own.amount
from ledger.turnover_at(balances_at.as_of) as own;
$$;

comment on function ledger.balances_at(date)
is 'Debits less credits of each account at the end of a day, from the snapshots and later lines.';
