-- The life of a record, here of the one that was captured last. Of another, by its table and its key:
-- select * from pgsync.trace('public.bills', '17'); a key of two columns is written by
-- pgsync.record_key('public.lines', '9', '2').
set search_path to pg_catalog, pg_temp;

select
    life.happened_at,
    life.event,
    life.change,
    life.entry,
    life.what
from (
    select
        log.source_table,
        log.record_id
    from pgsync.sync_logs as log
    order by log.id desc
    limit 1
) as latest
cross join lateral pgsync.trace(latest.source_table, latest.record_id) as life;
