create or replace function pgsync.lacking_records(endpoint text, row_limit integer default 1000)
returns table (table_name text, record_id text, lacking text)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pgsync.exchanged_name(own.source_table), own.record_id, array_to_string(own.lacking, ', ')
from pgsync.staged_records as own
where own.endpoint = lacking_records.endpoint and own.lacking is not null
order by own.place
limit lacking_records.row_limit;
$$;

comment on function pgsync.lacking_records(text, integer)
is 'Records that came from a master with values in columns that are not here, the first of them.';
