create or replace function pgsync.acknowledge_alert(
    alert bigint,
    until timestamptz default null,
    note text default null
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_state text;
begin
    if acknowledge_alert.until <= clock_timestamp() then
        raise exception 'an acknowledgement ends later, not at %', acknowledge_alert.until
            using errcode = 'invalid_parameter_value';
    end if;
    perform from pgsync.alert_check as own for update;
    select own.state into v_state from pgsync.sync_alerts as own where own.id = acknowledge_alert.alert;
    if v_state is null or v_state in ('pending', 'resolved') then
        raise exception 'alert % %', acknowledge_alert.alert,
            case v_state
                when 'pending' then 'has not been raised' when 'resolved' then 'is resolved' else 'does not exist'
            end
            using errcode = 'invalid_parameter_value', hint = 'See: select * from pgsync.alert_states;';
    end if;
    update pgsync.sync_alerts as own
    set
        acknowledged_at = clock_timestamp(),
        acknowledged_by = pgsync.actor(),
        acknowledged_until = acknowledge_alert.until,
        acknowledged_severity = own.severity,
        note = left(acknowledge_alert.note, 1000)
    where own.id = acknowledge_alert.alert;
    perform pgsync.refresh_alerts(clock_timestamp());
end;
$$;

comment on function pgsync.acknowledge_alert(bigint, timestamptz, text)
is 'Acknowledges an alert until a time, or until it gets worse: it stays visible, and is not repeated.';
