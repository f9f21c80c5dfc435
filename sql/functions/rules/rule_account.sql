-- Apart from the query of a rule, which would else hold on to the columns of the chart.
create or replace function pgsync.rule_account(code text, with_party boolean)
returns text
language sql
stable
parallel safe
return (
    select account.code
    from ledger.accounts as account
    where account.code = $1 and account.active and ($2 or not account.party_required)
);

comment on function pgsync.rule_account(text, boolean)
is 'The account of the chart that takes a line, with or without a party; null if there is none.';
