-- A row of nulls stands for unknown: the lines are not counted anywhere, so all have to be looked at, which
-- takes too long among very many entries.
create or replace function ledger.statement_sums(
    account text,
    first_day date,
    last_day date,
    only_currency text,
    only_party text,
    only_text text,
    smallest numeric,
    largest numeric
)
returns table (currency text, debits numeric, credits numeric)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set jit = off
as $$
#variable_conflict use_column
declare
    v_most constant integer := 50000;
begin
    if (
        select count(*) > 10000
        from (
            select
            from ledger.journal_lines as own
            where own.account = statement_sums.account
            limit 10001
        ) as seen
    ) and (
        select count(*) > v_most
        from (
            select
            from ledger.journal_entries as entry
            where entry.entry_date >= statement_sums.first_day and entry.entry_date <= statement_sums.last_day
            limit v_most + 1
        ) as seen
    ) then
        return query select null::text, null::numeric, null::numeric;
        return;
    end if;
    return query
    select
        line.currency,
        coalesce(sum(line.amount) filter (where line.amount > 0), 0),
        coalesce(-sum(line.amount) filter (where line.amount < 0), 0)
    from ledger.statement_lines(
        statement_sums.account, statement_sums.first_day, statement_sums.last_day, null, null, null, false, 1000000,
        only_currency, only_party, only_text, smallest, largest
    ) as line
    group by line.currency;
end;
$$;

comment on function ledger.statement_sums(text, date, date, text, text, text, numeric, numeric)
is 'What the lines of an account that pass filters debit and credit; nulls if they are among very many.';
