-- Counts are added, never percentiles. It starts at the last that was rolled up, and waits until workers have
-- had time to say theirs.
create or replace function pgsync.roll_up_health(from_span text, to_span text, now timestamptz)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_last timestamptz;
begin
    select max(own.starts_at) into v_last from pgsync.sync_system_health as own where own.span = to_span;
    insert into pgsync.sync_system_health (
        span, starts_at, worker, samples, sampled_at, queue_size, oldest_seconds, captured, posted, without_entry,
        failed, latency
    )
    select
        to_span,
        own.span_start,
        0,
        sum(own.samples),
        roll_up_health.now,
        max(own.queue_size),
        max(own.oldest_seconds),
        sum(own.captured),
        sum(own.posted),
        sum(own.without_entry),
        sum(own.failed),
        (
            select array_agg(bucket.number order by bucket.place)
            from (
                select counted.place, sum(counted.number)::bigint as number
                from pgsync.sync_system_health as part
                cross join lateral unnest(part.latency) with ordinality as counted (number, place)
                where part.span = from_span
                    and part.starts_at >= own.span_start
                    and part.starts_at < own.span_start + ('1 ' || to_span)::interval
                group by counted.place
            ) as bucket
        )
    from (
        select complete.*, date_trunc(to_span, complete.starts_at, 'UTC') as span_start
        from pgsync.sync_system_health as complete
        where complete.span = from_span
            and complete.starts_at >= coalesce(v_last + ('1 ' || to_span)::interval, '-infinity')
            and complete.starts_at < date_trunc(to_span, roll_up_health.now - interval '2 minutes', 'UTC')
    ) as own
    group by own.span_start
    on conflict on constraint sync_system_health_pkey do nothing;
end;
$$;

comment on function pgsync.roll_up_health(text, text, timestamptz)
is 'Adds up minutes to hours or hours to days that are complete.';
