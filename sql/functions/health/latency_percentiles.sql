-- Straight lines between the bounds; the last count has no upper bound, so its lower one is the answer. A
-- loop, because it is called for hundreds of samples at once.
create or replace function pgsync.latency_percentiles(
    latency bigint[],
    out p50 double precision,
    out p95 double precision,
    out p99 double precision
)
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_shares constant double precision[] := array[0.5, 0.95, 0.99]::double precision[];
    v_bounds constant double precision[] := pgsync.latency_bounds();
    v_found double precision[] := array[null, null, null]::double precision[];
    v_total double precision := 0::double precision;
    v_reached double precision := 0::double precision;
    v_lower double precision := 0::double precision;
    v_next integer := 1;
    v_number bigint;
    v_place integer := 0;
begin
    foreach v_number in array coalesce(latency, '{}') loop
        v_total := v_total + coalesce(v_number, 0);
    end loop;
    foreach v_number in array coalesce(latency, '{}') loop
        v_place := v_place + 1;
        v_reached := v_reached + coalesce(v_number, 0);
        while v_number > 0 and v_next <= 3 and v_reached >= v_shares[v_next] * v_total loop
            v_found[v_next] := v_lower
                + (v_shares[v_next] * v_total - (v_reached - v_number)) / v_number
                * (coalesce(v_bounds[v_place], v_lower) - v_lower);
            v_next := v_next + 1;
        end loop;
        v_lower := coalesce(v_bounds[v_place], v_lower);
    end loop;
    p50 := v_found[1];
    p95 := v_found[2];
    p99 := v_found[3];
end;
$$;

comment on function pgsync.latency_percentiles(bigint[])
is 'The 50th, 95th and 99th percentile of counts of latency, in seconds; null if there are none.';
