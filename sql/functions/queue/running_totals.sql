-- Ranges that were dropped still count.
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
    (
        select coalesce(sum(counted.number), 0)::bigint
        from (
            select pg_stat_get_tuples_inserted('pgsync.sync_audit_log'::regclass) as number
            union all
            select pg_stat_get_tuples_inserted(part.inhrelid)
            from pg_catalog.pg_inherits as part
            where part.inhparent = 'pgsync.sync_audit_log'::regclass
            union all
            select made.inserted
            from pgsync.id_ranges as made
            where made.table_name = 'sync_audit_log' and made.state = 'dropped'
        ) as counted
    ),
    pg_stat_get_tuples_inserted('ledger.journal_entries'::regclass),
    pg_stat_get_tuples_inserted('ledger.journal_lines'::regclass)
from pgsync.sync_logs_id_seq as logged;
$$;

comment on function pgsync.running_totals()
is 'Counters that only grow and are cheap to read; two readings make a rate.';
