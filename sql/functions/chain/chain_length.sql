-- What chain_total counts, and the few blocks after it: the settings keep the planner from reading all.
create or replace function pgsync.chain_length(out seq bigint, out row_count bigint)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
select
    total.seq + added.blocks,
    (total.row_count + added.row_count)::bigint
from pgsync.chain_total as total
cross join lateral (
    select count(*) as blocks, coalesce(sum(block.row_count), 0) as row_count
    from pgsync.audit_chain as block
    where block.seq > total.seq
    offset 0
) as added;
$$;

comment on function pgsync.chain_length()
is 'The number of the last block of the chain, and how many rows are chained.';
