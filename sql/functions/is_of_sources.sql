create or replace function pgsync.is_of_sources(log_id bigint, sources regclass[])
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select log.source_table = any(is_of_sources.sources)
from pgsync.sync_logs as log
where log.id = is_of_sources.log_id;
$$;

comment on function pgsync.is_of_sources(bigint, regclass[])
is 'Whether a change is of one of these tables.';
