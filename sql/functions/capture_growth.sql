-- A write that no trigger saw still counts in the statistics of the table. They also count what was rolled
-- back and updates that changed nothing, so a difference is a reason to compare, not a proof;
-- and a key that changed counts as one update there and as two changes here, which may hide another write.
-- The statistics come seconds late: what was written just before a table was attached counts as well.
create or replace function pgsync.capture_growth()
returns table (
    source_table regclass,
    written jsonb,
    captured jsonb,
    unexplained bigint
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    source.source_table,
    jsonb_build_object('create', grown.creates, 'update', grown.updates, 'delete', grown.deletes),
    jsonb_build_object('create', seen.creates, 'update', seen.updates, 'delete', seen.deletes),
    case when 'create' = any(source.actions) then greatest(grown.creates - seen.creates, 0) else 0 end
    + case when 'delete' = any(source.actions) then greatest(grown.deletes - seen.deletes, 0) else 0 end
    + case
        -- An update of a key was captured as the end of one record and the beginning of another.
        when 'update' = any(source.actions) and seen.updates = 0 and seen.deletes <= grown.deletes
            then greatest(grown.updates, 0)
        else 0
    end
from pgsync.sources as source
cross join lateral pgsync.table_growth(source.source_table) as totals
cross join lateral (
    select
        totals.creates - coalesce((source.counted ->> 'create')::bigint, totals.creates) as creates,
        totals.updates - coalesce((source.counted ->> 'update')::bigint, totals.updates) as updates,
        totals.deletes - coalesce((source.counted ->> 'delete')::bigint, totals.deletes) as deletes
) as grown
cross join lateral (
    select
        count(*) filter (where log.action = 'create') as creates,
        count(*) filter (where log.action = 'update') as updates,
        count(*) filter (where log.action = 'delete') as deletes
    from pgsync.sync_logs as log
    where log.source_table = source.source_table
        and log.snapshot is null
        and log.id > coalesce((source.counted ->> 'log_id')::bigint, 9223372036854775807)
) as seen
where source.attached
    and exists (select from pg_catalog.pg_class as relation where relation.oid = source.source_table);
$$;

comment on function pgsync.capture_growth()
is 'What each table has grown by since remember_growth, and how much of it was captured.';
