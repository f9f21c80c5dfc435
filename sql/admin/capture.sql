-- What keeps changes of attached tables from being captured, and what to do; then writes that nothing
-- explains.
set search_path to pg_catalog, pg_temp;

select
    source.table_name as source,
    inspected.severity,
    inspected.finding,
    inspected.found,
    inspected.remedy
from pgsync.inspect_capture() as inspected
left join pgsync.sources as source on inspected.source_table = source.source_table
order by source.table_name, inspected.finding, inspected.found;

select
    source.table_name as source,
    growth.unexplained,
    growth.written,
    growth.captured
from pgsync.capture_growth() as growth
inner join pgsync.sources as source on growth.source_table = source.source_table
order by growth.unexplained desc, source.table_name asc;
