create or replace function pgsync.summed_latency(span text, starts_at timestamptz)
returns bigint[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array_agg(bucket.number order by bucket.place)
from (
    select counted.place, sum(counted.number)::bigint as number
    from pgsync.sync_system_health as own
    cross join lateral unnest(own.latency) with ordinality as counted (number, place)
    where own.span = summed_latency.span and own.starts_at = summed_latency.starts_at
    group by counted.place
) as bucket;
$$;

comment on function pgsync.summed_latency(text, timestamptz)
is 'The counts of latency of all workers in a minute, hour or day: counts can be added, percentiles cannot.';
