-- Null when there are more than the limit: a part of an hour would say nothing.
create or replace function pgsync.recent_captures(most integer default 50000)
returns table (source_table regclass, changes bigint)
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
#variable_conflict use_column
declare
    v_since constant timestamptz := clock_timestamp() - interval '1 hour';
    v_first constant bigint := pgsync.last_id_before(v_since, interval '0') + 1;
begin
    return query
    with seen as materialized (
        select log.source_table, log.captured_at
        from pgsync.sync_logs as log
        where log.id >= v_first
        limit most::bigint + 1
    )

    select
        own.source_table,
        case
            when (select count(*) from seen) <= most
                then (
                    select count(*)
                    from seen
                    where seen.source_table = own.source_table and seen.captured_at > v_since
                )
        end
    from pgsync.sources as own;
end;
$$;

comment on function pgsync.recent_captures(integer)
is 'How many changes of each table were captured within the last hour; null when all are more than a limit.';
