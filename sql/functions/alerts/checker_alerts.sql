-- Where no worker runs, SYSTEM_DOWN says what there is to say, and whoever asks for alerts checks them.
create or replace function pgsync.checker_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'CHECKER_SILENT',
    null::regclass,
    null,
    'high',
    round(extract(epoch from as_of - silent.since)),
    silent.patience::numeric,
    'seconds',
    format(
        'alerts were not checked for %s%s', pgsync.duration_words(as_of - silent.since),
        coalesce(format(', last by %s', silent.checked_by), '')
    ),
    'pgsync status    (it shows which duty of a worker fails)',
    silent.since,
    null,
    true
from (
    select
        -- A worker that has just started has yet to check.
        greatest(own.checked_at, min(worker.started_at)) as since,
        own.checked_by,
        pgsync.configuration_integer('alert_silent_seconds') as patience
    from pgsync.alert_check as own
    cross join pgsync.worker_states as worker
    where worker.state = 'running'
    group by own.checked_at, own.checked_by
) as silent
where as_of - silent.since > make_interval(secs => silent.patience);
$$;

comment on function pgsync.checker_alerts(timestamptz)
is 'The alert CHECKER_SILENT, if a worker runs but nobody checks alerts.';
