-- It has the slots before it looks, like whoever posts: so nobody finds a change in the way that is just
-- being skipped, and then waits for it.
create or replace function pgsync.skip_changes(log_ids bigint[], reason text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set lock_timeout = '10s'
as $$
declare
    v_count bigint;
begin
    if coalesce(reason, '') !~ '[^[:space:]]' then
        raise exception 'a change is skipped for a reason' using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(1886876532, listed.slot)
    from (
        select distinct queue.slot
        from pgsync.sync_queue as queue
        where queue.log_id = any(log_ids)
        order by queue.slot
    ) as listed;

    with skipped as (
        delete from pgsync.sync_queue as queue
        using pgsync.sync_logs as log
        where queue.log_id = any(log_ids) and log.id = queue.log_id
        returning
            queue.log_id, queue.attempts, log.source_table, log.record_id, log.correlation_id,
            log.action <> 'truncate' as is_of_record
    ),

    audited as (
        insert into pgsync.sync_audit_log (
            log_id, attempt, outcome, source_table, record_id, previous_change, error_message, worker, correlation_id
        )
        select
            skipped.log_id,
            skipped.attempts + 1,
            'skipped',
            skipped.source_table,
            skipped.record_id,
            coalesce(
                lag(skipped.log_id) over (
                    partition by skipped.source_table, skipped.record_id
                    order by skipped.log_id
                ),
                nullif(master.last_audited, skipped.log_id)
            ),
            skip_changes.reason,
            session_user,
            skipped.correlation_id
        from skipped
        left join pgsync.sync_master_status as master
            on master.source_table = skipped.source_table and master.record_id = skipped.record_id collate "C"
    ),

    noted as (
        insert into pgsync.sync_master_status as present (source_table, record_id, last_change, last_audited)
        select skipped.source_table, skipped.record_id, 0, max(skipped.log_id)
        from skipped
        where skipped.is_of_record
        group by skipped.source_table, skipped.record_id
        on conflict on constraint sync_master_status_pkey do update
        set last_audited = excluded.last_audited, updated_at = excluded.updated_at
    ),

    released as (
        update pgsync.sync_queue as queue
        set scheduled_at = clock_timestamp()
        from (
            select min(waiting.log_id) as log_id
            from skipped
            inner join pgsync.sync_queue as waiting
                on waiting.error_class = 'blocked' and waiting.record_hash = hashtext(skipped.record_id)
            inner join pgsync.sync_logs as log
                on log.id = waiting.log_id
                and log.source_table = skipped.source_table
                and log.record_id = skipped.record_id
            where waiting.log_id <> all(log_ids)
            group by skipped.source_table, skipped.record_id
        ) as next
        where queue.log_id = next.log_id
    )

    select count(*) into v_count from skipped;
    if v_count > 0 then
        perform pgsync.ring_doorbell();
    end if;
    return v_count;
end;
$$;

comment on function pgsync.skip_changes(bigint[], text)
is 'Ends waiting or failed changes without posting them, for a reason that the audit log keeps.';
