create or replace function pgsync.chain_contents(block pgsync.audit_chain)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
set intervalstyle = 'postgres'
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set jit = off
as $$
begin
    return (
        select string_agg(pgsync.chain_field(own.key) || pgsync.chain_field(own.content), '' order by listed.place)
        from pgsync.chain_rows as own
        inner join unnest(block.keys) with ordinality as listed (key, place) on own.key = listed.key
        where own.kind = block.kind and own.id >= block.part << 14 and own.id < (block.part + 1) << 14
    );
end;
$$;

comment on function pgsync.chain_contents(pgsync.audit_chain)
is 'The rows of a block as they are now: key and content of each, in its order.';
