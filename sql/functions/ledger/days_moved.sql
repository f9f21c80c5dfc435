-- The snapshots say so of all entries up to the mark; of later ones, all days count. Where there are no
-- snapshots, all days with entries do.
create or replace function ledger.days_moved(
    account text,
    first_day date,
    last_day date,
    currency text default null
)
returns setof date
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
        mark.boundary,
        mark.included_through,
        mark.system_identifier is not distinct from control.system_identifier as is_here
    from ledger.balance_mark as mark
    inner join pg_control_system() as control on true
),

-- By their transactions alone: the planner would rather read all of the days.
fresh as materialized (
    select entry.entry_date
    from ledger.journal_entries as entry
    where (select mark.is_here from mark)
        and entry.xid >= pg_snapshot_xmin((select mark.boundary from mark))
        and not pg_visible_in_snapshot(entry.xid, (select mark.boundary from mark))
        and entry.id + 0 > (select mark.included_through from mark)
)

select summed.first_day
from ledger.balance_snapshots as summed
where summed.span = 'day'
    and summed.first_day >= days_moved.first_day
    and summed.first_day <= days_moved.last_day
    and summed.account = days_moved.account
    and (days_moved.currency is null or summed.currency = days_moved.currency)
    and (select mark.is_here from mark)
union
select fresh.entry_date
from fresh
where fresh.entry_date >= days_moved.first_day and fresh.entry_date <= days_moved.last_day
union
select entry.entry_date
from ledger.journal_entries as entry
where not (select mark.is_here from mark)
    and entry.entry_date >= days_moved.first_day
    and entry.entry_date <= days_moved.last_day;
$$;

comment on function ledger.days_moved(text, date, date, text)
is 'The days of a span on which an account may have lines, and no other day has any.';
