-- The statistics come later than the log: a session reports what it has written once a second, one that went
-- idle after ten. What was captured a moment ago may be counted there only after this moment, and is not
-- to be taken for a write that nobody saw. So counting begins a little earlier in the log than in the
-- statistics, which hides as many such writes as were captured in that time.
-- A table whose row somebody holds, such as a worker with a long TRUNCATE, is left for the next time: whoever
-- looks after all tables never waits. Its growth is then counted from where it was.
create or replace function pgsync.remember_growth(
    of_table regclass default null,
    settling interval default '15 seconds'
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
with free as materialized (
    select known.source_table
    from pgsync.sources as known
    where remember_growth.of_table is null and known.attached
    for update skip locked
)

update pgsync.sources as source
set counted = jsonb_build_object(
    'create', totals.creates,
    'update', totals.updates,
    'delete', totals.deletes,
    'log_id', start.log_id
)
from
    (
        select free.source_table from free
        union all
        select remember_growth.of_table where remember_growth.of_table is not null
    ) as known
    cross join lateral pgsync.table_growth(known.source_table) as totals
    cross join (
        select
            coalesce(
                (
                    select min(latest.id) - 1
                    from (
                        select log.id, log.captured_at from pgsync.sync_logs as log order by log.id desc limit 100000
                    ) as latest
                    where latest.captured_at > clock_timestamp() - remember_growth.settling
                ),
                (
                    select sequence.last_value - (not sequence.is_called)::integer
                    from pgsync.sync_logs_id_seq as sequence
                )
            ) as log_id
    ) as start
where known.source_table = source.source_table
    and source.attached
    and exists (select from pg_catalog.pg_class as relation where relation.oid = known.source_table);
$$;

comment on function pgsync.remember_growth(regclass, interval)
is 'Lets capture_growth count from now on, for one table or for all.';
