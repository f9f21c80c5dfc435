-- The longest of the times between the next runs counts: twice a day is seldom every twelve hours.
create or replace function pgsync.freshness_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'DATA_STALE',
    null::regclass,
    own.import || ' ' || own.stream,
    'medium',
    round(extract(epoch from as_of - own.read_until)),
    round(extract(epoch from 2 * own.rest)),
    'seconds',
    format(
        '%s of %s is read up to %s ago, and to be read every %s', own.stream, own.import,
        pgsync.duration_words(as_of - own.read_until), pgsync.duration_words(own.rest)
    ),
    format('pgsync import status %s', own.import),
    own.read_until + 2 * own.rest,
    null,
    true
from (
    select
        position.endpoint as import,
        position.stream,
        upper(position.finished) as read_until,
        planned.rest
    from (
        select due.subject, min(due.rest) as rest
        from (
            select plan.subject, plan.name, max(run.run_at - run.before) as rest
            from pgsync.sync_schedules as plan
            cross join lateral (
                select next.run_at, lag(next.run_at) over (order by next.run_at) as before
                from pgsync.next_runs(plan.cron, plan.time_zone, 4, as_of, plan.hours_setting) as next
            ) as run
            where plan.kind = 'import' and plan.enabled and coalesce(plan.type, 'daily') in ('daily', 'initial')
            group by plan.subject, plan.name
        ) as due
        group by due.subject
    ) as planned
    inner join pgsync.import_streams as listed on planned.subject = listed.import
    inner join pgsync.cursors as position on listed.import = position.endpoint and listed.stream = position.stream
    where not isempty(position.finished) and planned.rest is not null
) as own
where as_of - own.read_until > 2 * own.rest;
$$;

comment on function pgsync.freshness_alerts(timestamptz)
is 'The alerts DATA_STALE: streams of imports that are read on a schedule, and were not.';
