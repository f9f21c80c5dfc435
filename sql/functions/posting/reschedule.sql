-- The policy is read each time, so that changing a setting changes what happens next. The wait grows with
-- each failure, with a jitter of a tenth, so that changes that failed together are not retried together. An
-- operator can set retry_count to anything; values that are not a count are replaced by the nearest one.
create or replace function pgsync.reschedule(log_ids bigint[], error_classes text[], error_messages text[])
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
    v_limit constant bigint := pgsync.configuration_integer('max_retry_attempts');
    v_delay constant numeric := pgsync.configuration_number('retry_delay_seconds');
    v_factor constant numeric := pgsync.configuration_number('retry_backoff_multiplier');
    v_permanent constant text[] := pgsync.permanent_error_classes();
begin
    update pgsync.sync_queue as queue
    set
        sync_status = case when verdict.is_dead then 'failed' else 'pending' end::pgsync.sync_status,
        retry_count = verdict.failures,
        attempts = queue.attempts + 1,
        max_retries = case when verdict.is_permanent then verdict.failures else v_limit end,
        scheduled_at = case
            when not verdict.is_dead
                then clock_timestamp() + make_interval(
                    secs => least(
                        v_delay * v_factor ^ least(verdict.failures - 1, 100) * (0.9 + 0.2 * random()), 86400
                    )::double precision
                )
        end,
        locked_at = null,
        record_hash = log.record_hash,
        -- Rules may give a class any name, and an index takes names only up to a length.
        source_table = case when octet_length(failure.class) <= 200 then log.source_table end,
        last_sync_attempt = clock_timestamp(),
        error_class = failure.class,
        error_message = failure.message
    from unnest(log_ids, error_classes, error_messages) as failure (log_id, class, message)
    cross join lateral (
        select failure.class like any(v_permanent) as is_permanent
        offset 0
    ) as judged
    cross join lateral (
        select
            judged.is_permanent,
            counted.failures,
            judged.is_permanent or counted.failures >= v_limit as is_dead
        from (
            select 1 + least(greatest(own.retry_count, 0), 1000000) as failures
            from pgsync.sync_queue as own
            where own.log_id = failure.log_id
            offset 0
        ) as counted
        offset 0
    ) as verdict
    cross join lateral (
        select hashtext(own.record_id) as record_hash, own.source_table
        from pgsync.sync_logs as own
        where own.id = failure.log_id
        offset 0
    ) as log
    where queue.log_id = any(log_ids) and queue.log_id = failure.log_id;
end;
$$;

comment on function pgsync.reschedule(bigint[], text[], text[])
is 'Records that changes failed, and when to retry each, or that it has become a dead letter.';
