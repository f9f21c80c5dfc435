-- Channels may not be installed.
create or replace function pgsync.delivery_alerts(as_of timestamptz)
returns setof pgsync.alert_condition
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
    -- The statement is composed with regproc.
    -- @plpgsql_check_options: security_warnings = off
declare
    v_function constant regproc := to_regproc('pgsync.failing_channels');
begin
    if v_function is null then
        return;
    end if;
    return query execute format($query$
        select
            'DELIVERY_FAILED',
            null::regclass,
            own.channel,
            'medium',
            own.waiting::numeric,
            0::numeric,
            'messages',
            format(
                'the channel %%s fails: %%s, %%s messages wait, %%s were given up', own.channel, own.error_class,
                own.waiting, own.given_up
            ),
            format('pgsync channels test %%s', own.channel),
            own.since,
            null,
            true
        from %s($1) as own
    $query$, v_function) using as_of;
end;
$$;

comment on function pgsync.delivery_alerts(timestamptz)
is 'The alerts DELIVERY_FAILED: channels through which news of alerts does not arrive.';
