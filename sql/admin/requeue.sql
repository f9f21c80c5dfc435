-- Posts again what was changed in a range of changes: for each of their records, the row as it is now goes
-- through the queue once more. What is right already ends as unchanged. The range is told by:
-- psql -X -v ON_ERROR_STOP=1 -v from=4700 -v through=4800 -f sql/admin/requeue.sql
set search_path to pg_catalog, pg_temp;

\if :{?from}
select
    changed.source_table as source,
    pgsync.requeue_records(changed.source_table, changed.record_ids) as requeued
from (
    select
        log.source_table,
        array_agg(distinct log.record_id) as record_ids
    from pgsync.sync_logs as log
    where log.id between :from and :through and log.action <> 'truncate'
    group by log.source_table
) as changed;
\else
do $$
begin
    raise exception 'no range given'
        using errcode = 'invalid_parameter_value',
        hint = 'psql -X -v ON_ERROR_STOP=1 -v from=4700 -v through=4800 -f sql/admin/requeue.sql';
end;
$$;
\endif
