create or replace function pgsync.range_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'RANGES_SHORT',
    null::regclass,
    own.finding,
    'critical',
    count(*)::numeric,
    0::numeric,
    'tables',
    string_agg(own.found, '; ' order by own.found),
    min(own.remedy),
    null::timestamptz,
    null,
    true
from pgsync.inspect_ranges() as own
where own.severity = 'problem' and as_of is not null
group by own.finding;
$$;

comment on function pgsync.range_alerts(timestamptz)
is 'The alerts RANGES_SHORT: what inspect_ranges calls a problem.';
