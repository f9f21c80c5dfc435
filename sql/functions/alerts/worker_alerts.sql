-- A worker that shut down did what it was told; one that did not is down. What waits without a worker is seen
-- from the oldest changes that have not failed.
create or replace function pgsync.worker_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with last as (
    select own.name, own.host, own.state, own.heartbeat_at
    from pgsync.worker_states as own
    where own.state <> 'running'
    order by own.state = 'silent' desc, coalesce(own.stopped_at, own.heartbeat_at) desc, own.id desc
    limit 1
),

waiting as (
    select min(ready.ready_at) as ready_at
    from pgsync.ready_changes(1000, as_of) as ready
    where pgsync.configuration_boolean('enable_real_time_sync') and not pgsync.configuration_boolean('posting_paused')
),

fact as (
    select
        last.name,
        last.host,
        last.heartbeat_at,
        coalesce(last.state in ('silent', 'lost'), false) as is_lost,
        extract(epoch from as_of - waiting.ready_at) as seconds,
        waiting.ready_at,
        pgsync.configuration_integer('alert_down_seconds') as patience
    from waiting
    left join last on true
    where not exists (select from pgsync.worker_states as own where own.state = 'running')
)

select
    'SYSTEM_DOWN',
    null::regclass,
    null,
    'critical',
    round(fact.seconds, 1),
    fact.patience,
    'seconds',
    case
        when fact.is_lost
            then format('no worker runs; %s on %s ended without shutting down', fact.name, fact.host)
        when fact.name is null then 'no worker runs, nor did one in the last days'
        else format('no worker runs since %s on %s was stopped', fact.name, fact.host)
    end || case when fact.ready_at is not null then ', and changes wait' else '' end,
    'pgsync worker    (its log says why the last one ended)',
    case when fact.is_lost then fact.heartbeat_at else fact.ready_at end,
    null,
    true
from fact
where fact.is_lost or fact.seconds > fact.patience;
$$;

comment on function pgsync.worker_alerts(timestamptz)
is 'The alert SYSTEM_DOWN, if no worker runs although changes wait or the last one did not shut down.';
