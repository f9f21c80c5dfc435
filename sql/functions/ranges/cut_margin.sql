-- The bound must not be reached while a cut is under way, even if whoever does it dies in the middle and
-- nobody notices for two days: then writes would fail. The rate is that of the fastest of the days until now,
-- looked at over 10 million ids, 20 million, and so on.
create or replace function pgsync.cut_margin()
returns bigint
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
select greatest(
    10000000,
    max(2 * (newest.id - earlier.id) / greatest(extract(epoch from now() - earlier.captured_at) / 86400, 1))
)::bigint
from (select pgsync.last_id() as id) as newest
cross join generate_series(0, 20) as doubled (times)
cross join lateral (
    select log.id, log.captured_at
    from pgsync.sync_logs as log
    where log.id >= newest.id - (10000000::bigint << doubled.times)
    order by log.id
    limit 1
) as earlier;
$$;

comment on function pgsync.cut_margin()
is 'How many ids ahead the bound of a cut is: what two days need, and 10 million at least.';
