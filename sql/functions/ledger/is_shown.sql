-- Bound when it is created, so that the planner can inline it; it calls none that cannot be inlined.
create or replace function ledger.is_shown(
    currency text,
    party text,
    description text,
    amount bigint,
    only_currency text,
    only_party text,
    only_text text,
    smallest numeric,
    largest numeric
)
returns boolean
language sql
stable
return (only_currency is null or currency = only_currency)
and (only_party is null or coalesce(party = only_party, false))
and (only_text is null or pg_catalog.strpos(pg_catalog.lower(description), pg_catalog.lower(only_text)) > 0)
and (
    (smallest is null and largest is null)
    or pg_catalog.abs(amount) / (
        select 10::numeric ^ exponent
        from ledger.currencies
        where code = currency
    ) between coalesce(smallest, 0) and coalesce(largest, 'infinity')
);

comment on function ledger.is_shown(text, text, text, bigint, text, text, text, numeric, numeric)
is 'Whether a line of a statement passes its filters; limits are in units of the currency.';
