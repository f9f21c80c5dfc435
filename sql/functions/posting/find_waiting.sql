-- The queue does not say which table a change is of, to keep capture cheap. A scan for some tables reads past
-- the changes of all others: up to a limit, and the caller continues from there.
create or replace function pgsync.find_waiting(
    only_sources regclass[],
    low_mark bigint,
    most integer,
    out log_ids bigint[],
    out seen bigint,
    out is_cut boolean
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_longest constant integer := 20000;
    v_part constant integer := least(greatest(2 * most, 100), 20000);
    v_found record;
    v_looked integer := 0;
begin
    log_ids := '{}';
    seen := low_mark - 1;
    is_cut := false;
    loop
        select
            coalesce(
                array_agg(looked.log_id order by looked.log_id) filter (where looked.is_wanted), '{}'
            ) as log_ids,
            max(looked.log_id) as last_id,
            count(*)::integer as number
        into v_found
        from (
            select
                queue.log_id,
                (
                    select change.source_table = any(only_sources)
                    from pgsync.sync_logs as change
                    where change.id = queue.log_id
                ) as is_wanted
            from pgsync.sync_queue as queue
            where queue.log_id > seen
                and queue.sync_status = 'pending'
                and queue.scheduled_at is null
            order by queue.log_id
            limit v_part
        ) as looked;
        log_ids := log_ids || v_found.log_ids;
        seen := coalesce(v_found.last_id, seen);
        v_looked := v_looked + v_found.number;
        exit when v_found.number < v_part or cardinality(log_ids) >= most;
        is_cut := v_looked >= v_longest;
        exit when is_cut;
    end loop;
end;
$$;

comment on function pgsync.find_waiting(regclass[], bigint, integer)
is 'The next changes of some tables that are ready, from a mark on, and how far it looked.';
