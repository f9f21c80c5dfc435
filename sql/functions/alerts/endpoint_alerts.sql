create or replace function pgsync.endpoint_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'ENDPOINT_DOWN',
    null::regclass,
    own.name,
    'high',
    round(extract(epoch from as_of - own.since)),
    own.patience::numeric,
    'seconds',
    case
        when own.is_refused then format('%s refuses its secret: %s', own.name, own.last_error)
        else format(
            '%s has not answered for %s: %s', own.name, pgsync.duration_words(as_of - own.since), own.last_error
        )
    end,
    case
        when own.is_refused
            then format('put the secret right, then: pgsync endpoint resume %s', own.name)
        else format('pgsync endpoint test %s', own.name)
    end,
    own.since,
    null,
    true
from (
    select
        present.name,
        coalesce(present.last_error, 'no reason is known') as last_error,
        present.paused_at is not null as is_refused,
        coalesce(present.paused_at, present.breaker_since) as since,
        case when present.paused_at is null then 900 else 0 end as patience
    from pgsync.endpoints as present
    where case
        -- Whoever paused it knows.
        when present.paused_at is not null then present.last_error_class = 'call.auth' and present.pause_reason
            like 'the secret was refused%'
        else present.breaker_state <> 'closed'
    end
) as own
where as_of - own.since > make_interval(secs => own.patience);
$$;

comment on function pgsync.endpoint_alerts(timestamptz)
is 'The alerts ENDPOINT_DOWN: no answer for a quarter of an hour, or a secret that was refused.';
