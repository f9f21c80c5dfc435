create or replace function pgsync.schedule_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'SCHEDULE_LATE',
    null::regclass,
    own.name,
    'medium',
    round(extract(epoch from as_of - own.next_run_at)),
    60 * setting.minutes::numeric,
    'seconds',
    format('%s was due %s ago', own.name, pgsync.duration_words(as_of - own.next_run_at)),
    'pgsync schedule list; pgsync status    (a worker that leads starts it)',
    own.next_run_at,
    null,
    true
from pgsync.sync_schedules as own
cross join (select pgsync.configuration_integer('alert_schedule_late_minutes') as minutes) as setting
where own.enabled and as_of - own.next_run_at > make_interval(mins => setting.minutes::integer);
$$;

comment on function pgsync.schedule_alerts(timestamptz)
is 'The alerts SCHEDULE_LATE.';
