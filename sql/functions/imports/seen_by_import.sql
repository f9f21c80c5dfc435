create or replace function pgsync.seen_by_import(job bigint, stream text)
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select seen.record_id
from pgsync.import_sightings as seen
where seen.job = seen_by_import.job and seen.stream = seen_by_import.stream;
$$;

comment on function pgsync.seen_by_import(bigint, text)
is 'What a walk through everything has seen.';
