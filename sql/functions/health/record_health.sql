-- A minute is sampled some seconds after its end, because the last transactions recorded in it may commit
-- later. Of a busy minute, one change in so many is looked up in the log, and counts for all of them.
create or replace function pgsync.record_health(id integer, now timestamptz default clock_timestamp())
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_settling constant interval := interval '5 seconds';
    v_most constant bigint := 5000::bigint;
    v_until constant timestamptz := date_trunc('minute', record_health.now - v_settling, 'UTC');
    v_from constant timestamptz := v_until - interval '1 minute';
    v_worker pgsync.sync_workers;
    v_author text;
    v_each bigint;
    v_sample pgsync.sync_system_health;
begin
    select own.* into v_worker from pgsync.sync_workers as own where own.id = record_health.id;
    if not found or not pgsync.is_own_worker(v_worker) or v_worker.started_at >= v_until or exists (
        select from pgsync.sync_system_health as own
        where own.span = 'minute' and own.starts_at = v_from and own.worker = record_health.id
    ) then
        return false;
    end if;

    -- Its name in the audit log.
    v_author := format('%s#%s', v_worker.name, v_worker.id);
    select
        count(*) filter (where audit.outcome in ('posted', 'amended', 'reversed')),
        count(*) filter (where audit.outcome in ('unchanged', 'superseded', 'skipped')),
        count(*) filter (where audit.outcome = 'failed')
    into v_sample.posted, v_sample.without_entry, v_sample.failed
    from pgsync.sync_audit_log as audit
    where audit.recorded_at >= v_from and audit.recorded_at < v_until and audit.worker = v_author;
    v_each := greatest((v_sample.posted + v_most - 1) / v_most, 1::bigint);

    select array_agg(coalesce(counted.number, 0) * v_each order by bucket.place)
    into v_sample.latency
    from generate_series(0, cardinality(pgsync.latency_bounds())) as bucket (place)
    left join (
        select
            width_bucket(
                extract(epoch from audit.recorded_at - log.captured_at)::double precision, pgsync.latency_bounds()
            ) as place,
            count(*) as number
        from pgsync.sync_audit_log as audit
        cross join lateral (
            select own.captured_at from pgsync.sync_logs as own where own.id = audit.log_id offset 0
        ) as log
        where audit.recorded_at >= v_from
            and audit.recorded_at < v_until
            and audit.worker = v_author
            and audit.outcome in ('posted', 'amended', 'reversed')
            and audit.log_id % v_each = 0
        group by 1
    ) as counted on bucket.place = counted.place;

    -- One of the workers says it for all.
    if not exists (
        select from pgsync.sync_system_health as own
        where own.span = 'minute' and own.starts_at = v_from and own.queue_size is not null
    ) then
        v_sample.queue_size := (select size.changes from pgsync.queue_size() as size);
        v_sample.oldest_seconds := greatest(
            (
                select extract(epoch from record_health.now - min(ready.ready_at))::double precision
                from pgsync.ready_changes(1000, record_health.now) as ready
            ),
            0::double precision
        );
        v_sample.next_xid := pg_snapshot_xmax(pg_current_snapshot());
        v_sample.captured_total := (select totals.captured from pgsync.running_totals() as totals);
        v_sample.captured := (
            select greatest(v_sample.captured_total - own.captured_total, 0)
            from pgsync.sync_system_health as own
            where own.span = 'minute'
                and own.starts_at = v_from - interval '1 minute'
                and own.captured_total is not null
            limit 1
        );
    end if;

    insert into pgsync.sync_system_health (
        span, starts_at, worker, sampled_at, queue_size, oldest_seconds, captured, captured_total, next_xid,
        posted, without_entry, failed, latency
    )
    values (
        'minute', v_from, record_health.id, record_health.now, v_sample.queue_size, v_sample.oldest_seconds,
        v_sample.captured, v_sample.captured_total, v_sample.next_xid, v_sample.posted, v_sample.without_entry,
        v_sample.failed, v_sample.latency
    )
    on conflict on constraint sync_system_health_pkey do nothing;
    -- Workers have had time to say theirs. A day waits for its hours.
    perform pgsync.roll_up_health(
        'hour', 'day', pgsync.roll_up_health('minute', 'hour', record_health.now - interval '2 minutes')
    );
    return true;
end;
$$;

comment on function pgsync.record_health(integer, timestamptz)
is 'Records the figures of a worker for the last whole minute, once, and rolls up what is complete.';
