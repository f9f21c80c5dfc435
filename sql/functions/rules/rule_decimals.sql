-- Apart from the query of a rule, which would else hold on to the columns of the currencies.
create or replace function pgsync.rule_decimals(currency text)
returns integer
language sql
stable
parallel safe
return (
    select known.exponent::integer
    from ledger.currencies as known
    where known.code = $1
);

comment on function pgsync.rule_decimals(text)
is 'How many decimals a currency has; null if the currency is unknown.';
