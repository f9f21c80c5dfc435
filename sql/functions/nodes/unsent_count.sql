create or replace function pgsync.unsent_count(endpoint text)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select count(*)
from pgsync.masters as own
cross join lateral pgsync.synced_tables(own.tables) as synced
inner join pgsync.record_versions as known
    on synced.source_table = known.source_table
        and (known.tick > own.uploaded_tick and known.via <> own.endpoint or known.refused_at is not null)
where own.endpoint = unsent_count.endpoint;
$$;

comment on function pgsync.unsent_count(text)
is 'How many records a master does not have yet, or has refused.';
