-- A change that once raised an error would make its whole batch fail at each attempt: so suspects are claimed
-- separately. TRUNCATE is always posted by itself.
create or replace function pgsync.claim_due(
    most integer,
    only_sources regclass[] default null,
    after_time timestamptz default '-infinity',
    after_id bigint default 0,
    out claims pgsync.claim[],
    out suspects pgsync.claim[],
    out last_time timestamptz,
    out last_id bigint
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
begin
    select
        array_agg(due.claim) filter (where not due.is_suspect),
        array_agg(due.claim) filter (where due.is_suspect),
        (array_agg(due.scheduled_at order by due.scheduled_at desc, due.log_id desc))[1],
        (array_agg(due.log_id order by due.scheduled_at desc, due.log_id desc))[1]
    into claims, suspects, last_time, last_id
    from (
        select
            queue.scheduled_at,
            queue.log_id,
            row(
                queue.log_id, log.source_table, log.record_id, log.action, log.data, queue.slot, log.captured_xid,
                log.captured_at, log.snapshot, log.correlation_id, queue.retry_count, queue.attempts
            )::pgsync.claim as claim,
            log.action <> 'truncate' and coalesce(
                queue.error_class in ('unexpected', 'crash', 'data.refused')
                or queue.error_class like 'ledger.%',
                false
            ) as is_suspect
        from (
            select own.log_id, own.slot, own.retry_count, own.attempts, own.scheduled_at, own.error_class
            from pgsync.sync_queue as own
            where own.scheduled_at <= now()
                and (own.scheduled_at, own.log_id) > (after_time, after_id)
                and own.sync_status = 'pending'
                -- A fence: in an AND the planner might lock the slot of a change that is not wanted.
                and case
                    when only_sources is null
                        or (
                            select change.source_table = any(only_sources)
                            from pgsync.sync_logs as change
                            where change.id = own.log_id
                        )
                        then pg_try_advisory_xact_lock(1886876532 /* slots */, own.slot)
                end
            order by own.scheduled_at, own.log_id
            limit most
            for update skip locked
        ) as queue
        cross join lateral (
            select change.*
            from pgsync.sync_logs as change
            where change.id = queue.log_id
            offset 0
        ) as log
    ) as due;
    claims := coalesce(claims, '{}');
    suspects := coalesce(suspects, '{}');
end;
$$;

comment on function pgsync.claim_due(integer, regclass[], timestamptz, bigint)
is 'Claims changes whose time has come, in the order of their times, starting after a given one.';
