create or replace function pgsync.retry_changes(
    log_ids bigint[] default null,
    error_class text default null,
    source regclass default null,
    only_dead boolean default false
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_count bigint;
begin
    update pgsync.sync_queue as queue
    set retry_count = 0, scheduled_at = clock_timestamp(), sync_status = 'pending'
    from pgsync.sync_logs as log
    where log.id = queue.log_id
        and queue.error_class is not null
        and (retry_changes.log_ids is null or queue.log_id = any(retry_changes.log_ids))
        and (
            retry_changes.error_class is null
            or queue.error_class like replace(replace(retry_changes.error_class, '_', '\_'), '*', '%')
        )
        and (retry_changes.source is null or log.source_table = retry_changes.source)
        and (not only_dead or queue.sync_status = 'failed')
        -- A second caller finds it waiting already.
        and (queue.sync_status = 'failed' or queue.scheduled_at > clock_timestamp());
    get diagnostics v_count = row_count;
    if v_count > 0 then
        perform pgsync.ring_doorbell();
    end if;
    return v_count;
end;
$$;

comment on function pgsync.retry_changes(bigint[], text, regclass, boolean)
is 'Retries failed changes at once: these, or those of a class (data.* too) or of a table.';
