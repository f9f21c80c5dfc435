-- One statement, so that the mark, the sums and the rest are from one snapshot. The planner cannot know how
-- little came after the mark: the settings, `materialized`, `+ 0` and `offset 0` make it look that up by
-- transaction number, and then its lines.
create or replace function ledger.turnover_at(as_of date)
returns table (account text, currency text, amount numeric, debits numeric)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
with mark as materialized (
    select
        here.is_here,
        case when here.is_here then mark.boundary else '1:1:' end as boundary,
        case when here.is_here then mark.included_through else 0 end as included_through
    from ledger.balance_mark as mark
    inner join pg_control_system() as control on true
    cross join lateral (
        select mark.system_identifier is not distinct from control.system_identifier as is_here
    ) as here
),

fresh as materialized (
    select entry.id, entry.entry_date
    from ledger.journal_entries as entry
    where entry.xid >= pg_snapshot_xmin((select mark.boundary from mark))
        and not pg_visible_in_snapshot(entry.xid, (select mark.boundary from mark))
        and entry.id + 0 > (select mark.included_through from mark)
)

select part.account, part.currency, sum(part.amount) as amount, sum(part.debits) as debits
from (
    select summed.account, summed.currency, summed.amount, summed.debits
    from (
        values
        ('year', '-infinity'::date, date_trunc('year', turnover_at.as_of::timestamp)::date),
        (
            'month',
            date_trunc('year', turnover_at.as_of::timestamp)::date,
            date_trunc('month', turnover_at.as_of::timestamp)::date
        ),
        ('day', date_trunc('month', turnover_at.as_of::timestamp)::date, turnover_at.as_of + 1)
    ) as needed (span, first_day, next_day)
    inner join ledger.balance_snapshots as summed on summed.span = needed.span
        and summed.first_day >= needed.first_day
        and summed.first_day < needed.next_day
    where (select mark.is_here from mark)
    union all
    select line.account, line.currency, line.amount, greatest(line.amount, 0)
    from fresh
    cross join lateral (
        select own.account, own.currency, own.amount
        from ledger.journal_lines as own
        where own.entry_id = fresh.id
        offset 0
    ) as line
    where fresh.entry_date <= turnover_at.as_of
) as part
group by part.account, part.currency;
$$;

comment on function ledger.turnover_at(date)
is 'Debits less credits, and debits alone, of each account up to a day, from the snapshots and later lines.';
