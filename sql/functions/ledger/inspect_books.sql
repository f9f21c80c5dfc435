-- What concerns the ledger as a whole. It reads all lines, to compare the balances.
create or replace function ledger.inspect_books()
returns table (finding text, entry_id bigint, found text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select safeguards.*
from ledger.inspect_safeguards() as safeguards
union all
select
    'wrong_balance',
    null,
    format('account %s: the lines add up to %s, the snapshots to %s', account, by_lines, by_snapshots)
from (
    select
        coalesce(summed.account, counted.account) as account,
        coalesce(counted.amount, 0) as by_lines,
        coalesce(summed.amount, 0) as by_snapshots
    from ledger.balances_at('infinity') as summed
    full join (
        select line.account, line.currency, sum(line.amount) as amount
        from ledger.journal_entries as entry
        inner join ledger.journal_lines as line on entry.id = line.entry_id
        group by line.account, line.currency
    ) as counted on summed.account = counted.account and summed.currency = counted.currency
) as balance
where by_lines <> by_snapshots;
$$;

comment on function ledger.inspect_books()
is 'Which safeguards of the ledger are off, and which balances are wrong; no rows when all is well.';
