create or replace function pgsync.source_of(changed_table oid)
returns pgsync.sources
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select source
from pgsync.sources as source
where source.source_table in (source_of.changed_table, pg_partition_root(source_of.changed_table::regclass))
order by source.source_table <> source_of.changed_table
limit 1;
$$;

comment on function pgsync.source_of(oid)
is 'The source of a table, or of the table that it is a partition of.';
