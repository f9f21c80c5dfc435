create or replace function pgsync.pending_records(node text)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(sum(waiting.number), 0)::bigint
from pgsync.nodes as own
cross join lateral pgsync.synced_tables(own.tables) as synced
cross join lateral (
    select count(*) as number
    from (
        select
        from pgsync.record_versions as known
        where known.source_table = synced.source_table
            and known.tick > own.acknowledged_tick
            and known.via <> own.name
        limit 10001
    ) as newer
) as waiting
where own.name = pending_records.node;
$$;

comment on function pgsync.pending_records(text)
is 'How many records a node has not acknowledged yet; counted to 10,001 in each table.';
