create or replace function ledger.amount_text(amount numeric, currency text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select round(amount_text.amount / 10::numeric ^ known.exponent, known.exponent)::text
from ledger.currencies as known
where known.code = amount_text.currency;
$$;

comment on function ledger.amount_text(numeric, text)
is 'An amount of smallest units as text in its currency, such as 12.50; null if the currency is unknown.';
