-- A node that is switched off is no fault until it has been away for long. A master that answers, while
-- exchanges with it fail again and again, needs a person at once.
create or replace function pgsync.exchange_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with neighbours as (
    select 'node' as role, own.name, coalesce(own.last_synced_at, own.created_at) as synced_at, own.last_error,
        own.clock_skew, 'pgsync node list' as remedy
    from pgsync.nodes as own
    union all
    select 'master', own.endpoint, coalesce(own.last_synced_at, own.created_at), own.last_error,
        called.clock_skew, 'pgsync sync status'
    from pgsync.masters as own
    inner join pgsync.endpoints as called on own.endpoint = called.name
),

limits as (
    select
        3600 * pgsync.configuration_integer('alert_exchange_late_hours') as late,
        pgsync.configuration_integer('alert_clock_skew_seconds') as skew
)

select
    'EXCHANGE_LATE',
    null::regclass,
    neighbour.name,
    'medium',
    round(extract(epoch from as_of - neighbour.synced_at)),
    limits.late,
    'seconds',
    format(
        'no exchange with the %s has succeeded for %s', neighbour.role,
        pgsync.duration_words(as_of - neighbour.synced_at)
    ) || coalesce(': ' || neighbour.last_error, ''),
    neighbour.remedy,
    neighbour.synced_at + make_interval(secs => limits.late),
    null,
    true
from neighbours as neighbour
cross join limits
where as_of - neighbour.synced_at > make_interval(secs => limits.late)
union all
select
    'CLOCK_SKEW',
    null,
    neighbour.name,
    'medium',
    round(extract(epoch from neighbour.clock_skew), 1),
    limits.skew,
    'seconds',
    format(
        'the clock of the %s is %s %s: the policy "newer" may prefer the older row', neighbour.role,
        pgsync.duration_words(greatest(neighbour.clock_skew, -neighbour.clock_skew)),
        case when neighbour.clock_skew > '0' then 'ahead' else 'behind' end
    ),
    'set both clocks by NTP; the next exchange measures again',
    null,
    null,
    true
from neighbours as neighbour
cross join limits
where abs(extract(epoch from neighbour.clock_skew)) > limits.skew
union all
select
    'EXCHANGE_HELD',
    null,
    own.endpoint,
    'high',
    own.retry_count,
    3,
    'exchanges',
    format('%s exchanges in a row have failed, although the master answers: %s', own.retry_count, own.last_error),
    'pgsync sync status; pgsync sync run --dry-run',
    null,
    null,
    true
from pgsync.masters as own
inner join pgsync.endpoints as called on own.endpoint = called.name
where own.retry_count >= 3 and called.breaker_state = 'closed'
union all
select
    'EXCHANGE_HELD',
    synced.source_table,
    own.endpoint,
    'high',
    1,
    0,
    'tables',
    format('it is not exchanged, because its columns differ from those of the master: %s', frozen.how),
    'give both sides the same columns; the next exchange goes on',
    null,
    null,
    true
from pgsync.masters as own
cross join lateral jsonb_each_text(own.frozen_tables) as frozen (name, how)
left join pgsync.synced_tables(own.tables) as synced on frozen.name = synced.name;
$$;

comment on function pgsync.exchange_alerts(timestamptz)
is 'The alerts EXCHANGE_LATE, EXCHANGE_HELD and CLOCK_SKEW.';
