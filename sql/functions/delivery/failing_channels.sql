create or replace function pgsync.failing_channels(now timestamptz default clock_timestamp())
returns table (
    channel text, kind text, since timestamptz, failures integer, waiting bigint, given_up bigint,
    error_class text, error_message text
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    own.name,
    own.kind,
    coalesce(own.failing_since, own.last_error_at) as since,
    own.failures_in_a_row,
    counted.waiting,
    counted.given_up,
    own.last_error_class,
    own.last_error_message
from pgsync.channels as own
cross join lateral (
    select
        (
            select count(*)
            from pgsync.alert_deliveries as unsent
            where unsent.channel = own.name and unsent.state in ('waiting', 'sending')
        ) as waiting,
        (
            select count(*)
            from pgsync.alert_deliveries as lost
            where lost.channel = own.name
                and lost.state = 'failed'
                and lost.ended_at > failing_channels.now - interval '1 day'
        ) as given_up
) as counted
where own.disabled_reason is not null
    or (own.enabled and (own.failures_in_a_row >= pgsync.breaker_limit() or counted.given_up > 0))
order by own.name;
$$;

comment on function pgsync.failing_channels(timestamptz)
is 'Channels that keep failing, gave up messages within a day, or disabled themselves.';
