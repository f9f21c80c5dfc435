create or replace function pgsync.latency_bounds()
returns double precision[]
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array_agg(0.001 * 2 ^ (step.number / 2.0) order by step.number)::double precision[]
from generate_series(0, 45) as step (number);
$$;

comment on function pgsync.latency_bounds()
is 'The bounds between the counts of latency, in seconds: from 1 ms to 1.6 h, each 1.41 times the last.';
