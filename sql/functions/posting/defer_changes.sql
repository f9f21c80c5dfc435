-- Until their source is resumed, which sets the time again.
create or replace function pgsync.defer_changes(log_ids bigint[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_nestloop = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_paused regclass[];
begin
    -- A resume that comes later waits for this; one that came earlier may not have seen these changes, so
    -- make them due. Posting never waits for an operator, who may be waiting for it.
    select array_agg(source.source_table)
    into v_paused
    from (
        select own.source_table
        from pgsync.sources as own
        where own.paused_at is not null
        for share skip locked
    ) as source;

    update pgsync.sync_queue as queue
    set scheduled_at = case when log.source_table = any(v_paused) then 'infinity' else clock_timestamp() end
    from pgsync.sync_logs as log
    where queue.log_id = any(log_ids) and log.id = any(log_ids) and queue.log_id = log.id;
end;
$$;

comment on function pgsync.defer_changes(bigint[])
is 'Makes changes wait whose source is paused.';
