-- How the books stand: the periods, the trial balance of today, the balance snapshots, the safeguards.
set search_path to pg_catalog, pg_temp;

select
    period.name as period,
    lower(period.days) as first_day,
    upper(period.days) - 1 as last_day,
    period.status,
    period.closed_at,
    period.closed_by
from ledger.periods as period
order by period.days;

select
    balance.account,
    balance.name,
    balance.type,
    balance.debit,
    balance.credit,
    balance.currency
from ledger.trial_balance as balance
order by balance.account, balance.currency;

select
    mark.taken_at as snapshots_taken,
    mark.taken_by,
    (select count(*) from ledger.balance_snapshots) as sums
from ledger.balance_mark as mark;

-- What the journal holds against its rules: select * from ledger.inspect_journal(); it reads everything.
select
    safeguard.table_name,
    safeguard.trigger_name,
    safeguard.is_in_force
from ledger.safeguards as safeguard
order by safeguard.is_in_force, safeguard.table_name, safeguard.trigger_name;
