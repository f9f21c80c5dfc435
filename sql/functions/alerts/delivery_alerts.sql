create or replace function pgsync.delivery_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    'DELIVERY_FAILED',
    null::regclass,
    own.channel,
    'medium',
    own.waiting::numeric,
    0::numeric,
    'messages',
    format(
        'the channel %s fails: %s, %s messages wait, %s were given up', own.channel, own.error_class, own.waiting,
        own.given_up
    ),
    format('pgsync channels test %s', own.channel),
    own.since,
    null,
    true
from pgsync.failing_channels(as_of) as own;
$$;

comment on function pgsync.delivery_alerts(timestamptz)
is 'The alerts DELIVERY_FAILED: channels through which news of alerts does not arrive.';
