create or replace function pgsync.running_totals(
    out captured bigint,
    out attempts bigint,
    out entries bigint,
    out lines bigint
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    case when logged.is_called then logged.last_value else 0 end,
    pg_stat_get_tuples_inserted('pgsync.sync_audit_log'::regclass),
    pg_stat_get_tuples_inserted('ledger.journal_entries'::regclass),
    pg_stat_get_tuples_inserted('ledger.journal_lines'::regclass)
from pgsync.sync_logs_id_seq as logged;
$$;

comment on function pgsync.running_totals()
is 'Counters that only grow and are cheap to read; two readings make a rate.';
