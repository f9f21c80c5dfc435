create or replace function pgsync.unsent_by_table(endpoint text)
returns table (name text, records bigint)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select synced.name, count(*)
from pgsync.masters as own
cross join lateral pgsync.synced_tables(own.tables) as synced
inner join pgsync.record_versions as known
    on synced.source_table = known.source_table
        and (known.tick > own.uploaded_tick and known.via <> own.endpoint or known.refused_at is not null)
where own.endpoint = unsent_by_table.endpoint
group by synced.name, synced.place
order by synced.place;
$$;

comment on function pgsync.unsent_by_table(text)
is 'How many records a master does not have yet, or has refused, in each table.';
