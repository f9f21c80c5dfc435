-- Channels may not be installed.
create or replace function pgsync.delivery_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if to_regproc('pgsync.failing_channels') is null then
        return;
    end if;
    return query execute $query$
        select
            'DELIVERY_FAILED',
            null::regclass,
            own.channel,
            'medium',
            own.waiting::numeric,
            0::numeric,
            'messages',
            format(
                'the channel %s fails: %s, %s messages wait, %s were given up', own.channel, own.error_class,
                own.waiting, own.given_up
            ),
            format('pgsync channels test %s', own.channel),
            own.since,
            null,
            true
        from pgsync.failing_channels($1) as own
    $query$ using as_of;
end;
$$;

comment on function pgsync.delivery_alerts(timestamptz)
is 'The alerts DELIVERY_FAILED: channels through which news of alerts does not arrive.';
