-- The bound must not be reached while a cut is under way, even if whoever does it dies in the middle and
-- nobody notices for two days: then writes would fail. The rate is that of the whole log.
create or replace function pgsync.cut_margin()
returns bigint
language sql
volatile
set search_path = pg_catalog, pgsync, pg_temp
as $$
select greatest(
    1000000,
    2 * (newest.id - first.id) / greatest(extract(epoch from now() - first.captured_at) / 86400, 1)
)::bigint
from (select pgsync.last_id() as id) as newest
left join lateral (
    select log.id, log.captured_at
    from pgsync.sync_logs as log
    order by log.id
    limit 1
) as first on true;
$$;

comment on function pgsync.cut_margin()
is 'How many ids ahead the bound of a cut is: what two days need.';
