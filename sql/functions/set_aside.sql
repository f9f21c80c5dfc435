-- Until its source is resumed, or until what stands before it is settled: both set the time anew.
create or replace function pgsync.set_aside(log_ids bigint[], blocked_ids bigint[])
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
    -- Whoever resumes a source from now on waits for this; who was faster may not have seen these, so they
    -- are due. Nobody who posts ever waits for an operator, whom it may keep waiting itself.
    select array_agg(source.source_table)
    into v_paused
    from (
        select own.source_table
        from pgsync.sources as own
        where own.paused_at is not null
        for share skip locked
    ) as source;

    update pgsync.sync_queue as queue
    set
        scheduled_at = case
            when change.is_blocked or change.source_table = any(v_paused) then 'infinity' else clock_timestamp()
        end,
        error_class = case when change.is_blocked then 'blocked' else queue.error_class end,
        error_message = case when change.is_blocked then pgsync.blocked_message() else queue.error_message end,
        record_hash = case when change.is_blocked then hashtext(change.record_id) else queue.record_hash end
    from (
        select log.id, log.source_table, log.record_id, coalesce(log.id = any(blocked_ids), false) as is_blocked
        from pgsync.sync_logs as log
        where log.id = any(log_ids)
    ) as change
    where queue.log_id = any(log_ids) and queue.log_id = change.id;
end;
$$;

comment on function pgsync.set_aside(bigint[], bigint[])
is 'Lets changes wait whose source is paused, or that stand behind one that is not done.';
