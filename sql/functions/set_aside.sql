create or replace function pgsync.set_aside(ranked pgsync.ranked_claim[])
returns table (deferred integer, left_waiting integer, first_left bigint)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
begin
    -- Until its source is resumed, or until what stands before it is settled: both set the time anew.
    update pgsync.sync_queue as queue
    set
        scheduled_at = 'infinity',
        error_class = case when claim.is_blocked then 'blocked' else queue.error_class end,
        error_message = case
            when claim.is_blocked then 'an earlier change of the record has failed' else queue.error_message
        end
    from unnest(ranked) as claim
    where claim.step = 'defer' and queue.log_id = claim.log_id;

    return query
    select
        (count(*) filter (where claim.step = 'defer'))::integer,
        (count(*) filter (where claim.step = 'leave'))::integer,
        min(claim.log_id) filter (where claim.step = 'leave')
    from unnest(ranked) as claim;
end;
$$;

comment on function pgsync.set_aside(pgsync.ranked_claim[])
is 'Lets claims wait that are not to be posted yet, and counts them.';
