-- Counts are added, never percentiles. It starts at the last that was rolled up; of a long time that was not,
-- it takes so much at once, and the rest later.
create or replace function pgsync.roll_up_health(from_span text, to_span text, before timestamptz)
returns timestamptz
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
#variable_conflict use_column
declare
    v_most constant integer := 24;
    v_width constant interval := ('1 ' || roll_up_health.to_span)::interval;
    v_from timestamptz;
    v_until timestamptz := date_trunc(roll_up_health.to_span, roll_up_health.before, 'UTC');
begin
    select date_trunc(roll_up_health.to_span, min(own.starts_at), 'UTC')
    into v_from
    from pgsync.sync_system_health as own
    where own.span = roll_up_health.from_span
        and own.starts_at >= coalesce(
            (
                select max(last.starts_at) + v_width
                from pgsync.sync_system_health as last
                where last.span = roll_up_health.to_span
            ),
            '-infinity'
        );
    v_until := least(v_until, v_from + v_most * v_width);
    insert into pgsync.sync_system_health (
        span, starts_at, worker, samples, sampled_at, queue_size, oldest_seconds, captured, posted, without_entry,
        failed, latency
    )
    select
        roll_up_health.to_span,
        own.span_start,
        0,
        sum(own.samples),
        clock_timestamp(),
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
                where part.span = roll_up_health.from_span
                    and part.starts_at >= own.span_start
                    and part.starts_at < own.span_start + v_width
                group by counted.place
            ) as bucket
        )
    from (
        select complete.*, date_trunc(roll_up_health.to_span, complete.starts_at, 'UTC') as span_start
        from pgsync.sync_system_health as complete
        where complete.span = roll_up_health.from_span
            and complete.starts_at >= v_from
            and complete.starts_at < v_until
    ) as own
    group by own.span_start
    on conflict on constraint sync_system_health_pkey do nothing;
    return v_until;
end;
$$;

comment on function pgsync.roll_up_health(text, text, timestamptz)
is 'Adds up minutes to hours or hours to days that end before a time; returns until when that is done.';
