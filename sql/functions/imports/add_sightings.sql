create or replace function pgsync.add_sightings(job bigint, stream text, record_ids text[])
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
insert into pgsync.import_sightings (job, stream, record_id)
select add_sightings.job, add_sightings.stream, seen.record_id
from unnest(add_sightings.record_ids) as seen (record_id)
where (add_sightings.job % 2147483648)::integer = any(pgsync.held_jobs())
on conflict do nothing;
$$;

comment on function pgsync.add_sightings(bigint, text, text[])
is 'Records which rows a walk through everything has seen.';
