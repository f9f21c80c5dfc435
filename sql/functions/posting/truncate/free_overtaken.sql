-- A TRUNCATE supersedes what failed before it: those changes are made due, and end when they are tried.
create or replace function pgsync.free_overtaken(
    truncation pgsync.sync_logs,
    after_hash integer,
    after_id bigint,
    most integer,
    out last_hash integer,
    out last_id bigint,
    out is_done boolean
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_found record;
begin
    select
        array_agg(looked.log_id) filter (
            where looked.source_table = truncation.source_table and looked.log_id < truncation.id
        ) as freed,
        array_agg(looked.record_hash order by looked.record_hash, looked.log_id) as hashes,
        array_agg(looked.log_id order by looked.record_hash, looked.log_id) as log_ids,
        count(*) as number
    into v_found
    from (
        select queue.log_id, queue.record_hash, log.source_table
        from (
            select own.log_id, own.record_hash
            from pgsync.sync_queue as own
            where own.error_class is not null
                and (own.record_hash, own.log_id) > (after_hash, after_id)
            order by own.record_hash, own.log_id
            limit most
        ) as queue
        cross join lateral (
            select change.source_table
            from pgsync.sync_logs as change
            where change.id = queue.log_id
            offset 0
        ) as log
    ) as looked;

    update pgsync.sync_queue as queue
    set sync_status = 'pending', scheduled_at = clock_timestamp()
    where queue.log_id = any(
        array(
            select waiting.log_id
            from unnest(v_found.freed) as freed (log_id)
            cross join lateral (
                select own.log_id
                from pgsync.sync_queue as own
                where own.log_id = freed.log_id and own.error_class is not null
                for update skip locked
            ) as waiting
        )
    );
    last_hash := coalesce(v_found.hashes[v_found.number], after_hash);
    last_id := coalesce(v_found.log_ids[v_found.number], after_id);
    is_done := v_found.number < most;
end;
$$;

comment on function pgsync.free_overtaken(pgsync.sync_logs, integer, bigint, integer)
is 'Makes the next changes that failed before a TRUNCATE due at once.';
