-- The statistics come later than the log: a session reports what it has written once a second, one that went
-- idle after ten. What was captured a moment ago may be counted there only after this moment, and is not
-- to be taken for a write that nobody saw. So counting begins a little earlier in the log than in the
-- statistics, which hides as many such writes as were captured in that time. A table that rests has nothing
-- to hide, and a count that began there goes on, for some ten thousand changes, until it rests again.
-- A table whose row someone holds is left for the next time: whoever looks after all tables never waits.
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
    select own.source_table
    from pgsync.sources as own
    where remember_growth.of_table is null and own.attached
    for update skip locked
),

latest as materialized (
    select log.id, log.source_table, log.captured_at
    from pgsync.sync_logs as log
    order by log.id desc
    limit 100000
),

start as materialized (
    select
        sequence.last_value - (not sequence.is_called)::integer as last_id,
        coalesce(
            (
                select min(latest.id) - 1 from latest
                where latest.captured_at > clock_timestamp() - remember_growth.settling
            ),
            sequence.last_value - (not sequence.is_called)::integer
        ) as log_id
    from pgsync.sync_logs_id_seq as sequence
)

update pgsync.sources as source
set counted = jsonb_build_object(
    'create', totals.creates,
    'update', totals.updates,
    'delete', totals.deletes,
    'live', totals.live,
    'cleanings', totals.cleanings,
    'triggers', known.triggers,
    'rested', known.rests,
    'log_id', start.log_id
)
from
    (
        select
            own.source_table,
            pgsync.trigger_fingerprint(own.source_table) as triggers,
            not exists (
                select from latest
                where latest.source_table = own.source_table
                    and latest.captured_at > clock_timestamp() - remember_growth.settling
            ) as rests
        from pgsync.sources as own
        where own.attached
            and (
                own.source_table = remember_growth.of_table
                or own.source_table in (select free.source_table from free)
            )
            and exists (select from pg_catalog.pg_class as relation where relation.oid = own.source_table)
    ) as known
    cross join lateral pgsync.table_growth(known.source_table) as totals
    cross join start
where known.source_table = source.source_table
    and not (
        remember_growth.of_table is null
        and source.counted @> '{"rested": true}'
        and not known.rests
        and source.counted ->> 'triggers' = known.triggers
        and source.counted ->> 'cleanings' = totals.cleanings::text
        and start.last_id - (source.counted ->> 'log_id')::bigint < 10000
    );
$$;

comment on function pgsync.remember_growth(regclass, interval)
is 'Resets what capture_growth counts from, for one table or for all.';
