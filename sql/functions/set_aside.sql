-- Until its source is resumed, or until what stands before it is settled: both set the time anew.
create or replace function pgsync.set_aside(log_ids bigint[], blocked_ids bigint[])
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.sync_queue as queue
set
    scheduled_at = 'infinity',
    error_class = case when queue.log_id = any(blocked_ids) then 'blocked' else queue.error_class end,
    error_message = case
        when queue.log_id = any(blocked_ids) then 'an earlier change of the record has failed'
        else queue.error_message
    end
where queue.log_id = any(log_ids);
$$;

comment on function pgsync.set_aside(bigint[], bigint[])
is 'Lets changes wait whose source is paused, or that stand behind one that has failed.';
