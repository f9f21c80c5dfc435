-- The first half of an attempt that may end the session: the intention is committed before the work. The
-- session holds the slot from here to process_one or end_careful. So a change that was begun and whose slot
-- is free is one whose attempt never came back.
create or replace function pgsync.begin_careful(
    worker text,
    low_mark bigint default 0,
    only_sources regclass[] default null,
    holds_slot boolean default true,
    scheduled boolean default false
)
returns bigint
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
declare
    v_limit constant bigint := pgsync.configuration_integer('max_crash_attempts');
    v_queued pgsync.sync_queue;
    v_crashes bigint;
begin
    if pgsync.configuration_boolean('posting_paused')
        or not (scheduled or pgsync.configuration_boolean('enable_real_time_sync'))
    then
        return null;
    end if;

    loop
        select queue.*
        into v_queued
        from pgsync.sync_queue as queue
        where queue.scheduled_at <= now()
            and queue.sync_status = 'pending'
            -- A fence: in an AND the planner might lock the slot of a change that is not wanted.
            and case
                when only_sources is null
                    or (
                        select log.source_table = any(only_sources)
                        from pgsync.sync_logs as log
                        where log.id = queue.log_id
                    )
                    then pg_try_advisory_xact_lock(1886876532 /* slots */, queue.slot)
            end
        order by queue.scheduled_at, queue.log_id
        limit 1
        for update skip locked;
        if not found then
            select queue.*
            into v_queued
            from pgsync.sync_queue as queue
            where queue.log_id >= low_mark
                and queue.sync_status = 'pending'
                and queue.scheduled_at is null
                and case
                    when only_sources is null
                        or (
                            select log.source_table = any(only_sources)
                            from pgsync.sync_logs as log
                            where log.id = queue.log_id
                        )
                        then pg_try_advisory_xact_lock(1886876532 /* slots */, queue.slot)
                end
            order by queue.log_id
            limit 1
            for update skip locked;
            if not found then
                return null;
            end if;
        end if;

        if v_queued.locked_at is not null then
            -- Attempts that crashed since it was captured or last reset, including this one.
            select 1 + count(*)
            into v_crashes
            from pgsync.sync_audit_log as audit
            where audit.log_id = v_queued.log_id
                and audit.attempt > v_queued.attempts::bigint - v_queued.retry_count
                and audit.error_class = 'crash';
            perform pgsync.fail_claim(
                pgsync.claim_one(v_queued.log_id), 'crash', 'the session that was posting it ended', worker,
                v_queued.locked_at
            );
            update pgsync.sync_queue as queue
            set
                sync_status = case when v_crashes >= v_limit then 'failed' else queue.sync_status end,
                max_retries = case when v_crashes >= v_limit then queue.retry_count else queue.max_retries end,
                -- Due, so that a poster in its usual mode takes it for a suspect.
                scheduled_at = case when v_crashes < v_limit then clock_timestamp() end
            where queue.log_id = v_queued.log_id
            returning queue.* into v_queued;
        end if;
        exit when v_queued.sync_status = 'pending';
    end loop;

    update pgsync.sync_queue as queue
    set locked_at = clock_timestamp()
    where queue.log_id = v_queued.log_id;
    if holds_slot then
        perform pg_advisory_lock(1886876532 /* slots */, v_queued.slot);
    end if;
    return v_queued.log_id;
end;
$$;

comment on function pgsync.begin_careful(text, bigint, regclass[], boolean, boolean)
is 'Announces an attempt at one change, to be committed first; counts attempts that never came back.';
