create or replace function ledger.account_statement(account text, first_day date, last_day date)
returns table (
    entry_date date,
    entry_id bigint,
    description text,
    party text,
    currency text,
    debit numeric,
    credit numeric,
    balance numeric
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
with movement as (
    select
        account_statement.first_day as entry_date,
        null::bigint as entry_id,
        null::smallint as line,
        'Brought forward' as description,
        null::text as party,
        before.currency,
        before.amount
    from ledger.balances_at(account_statement.first_day - 1) as before
    where before.account = account_statement.account
    union all
    select
        entry.entry_date,
        entry.id as entry_id,
        line.line,
        entry.description,
        line.party,
        line.currency,
        line.amount
    from ledger.journal_entries as entry
    inner join ledger.journal_lines as line on line.entry_id = entry.id
    where entry.entry_date between account_statement.first_day and account_statement.last_day
        and line.account = account_statement.account
)

select
    movement.entry_date,
    movement.entry_id,
    movement.description,
    movement.party,
    movement.currency,
    case
        when movement.entry_id is not null and movement.amount > 0
            then round(movement.amount / 10::numeric ^ currency.exponent, currency.exponent)
    end as debit,
    case
        when movement.entry_id is not null and movement.amount < 0
            then round(-movement.amount / 10::numeric ^ currency.exponent, currency.exponent)
    end as credit,
    round(
        sum(movement.amount) over (
            partition by movement.currency
            order by movement.entry_date, movement.entry_id nulls first, movement.line
        ) / 10::numeric ^ currency.exponent,
        currency.exponent
    ) as balance
from movement
inner join ledger.currencies as currency on currency.code = movement.currency
order by movement.currency, movement.entry_date, movement.entry_id nulls first, movement.line;
$$;

comment on function ledger.account_statement(text, date, date)
is 'The lines of an account over a span of days, with the opening balance and the balance after each.';
