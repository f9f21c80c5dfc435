-- Straight lines between the bounds; the last count has no upper bound, so its lower one is the answer.
create or replace function pgsync.latency_percentiles(
    latency bigint[],
    out p50 double precision,
    out p95 double precision,
    out p99 double precision
)
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
with counted as (
    select
        own.number,
        sum(own.number) over (order by own.place) as reached,
        coalesce(lag(bound.seconds) over (order by own.place), 0) as lower_bound,
        coalesce(bound.seconds, lag(bound.seconds) over (order by own.place)) as upper_bound
    from unnest(latency) with ordinality as own (number, place)
    left join unnest(pgsync.latency_bounds()) with ordinality as bound (seconds, place) on own.place = bound.place
),

found as (
    select
        wanted.share,
        (
            select
                counted.lower_bound
                + (wanted.share * whole.total - (counted.reached - counted.number)) / counted.number
                * (counted.upper_bound - counted.lower_bound)
            from counted
            where counted.number > 0 and counted.reached >= wanted.share * whole.total
            order by counted.reached
            limit 1
        ) as seconds
    from (values (0.5), (0.95), (0.99)) as wanted (share)
    cross join (select sum(counted.number) as total from counted) as whole
)

select
    max(found.seconds) filter (where found.share = 0.5),
    max(found.seconds) filter (where found.share = 0.95),
    max(found.seconds) filter (where found.share = 0.99)
from found;
$$;

comment on function pgsync.latency_percentiles(bigint[])
is 'The 50th, 95th and 99th percentile of counts of latency, in seconds; null if there are none.';
