create or replace function pgsync.end_acknowledgement(alert bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform from pgsync.alert_check as own for update;
    update pgsync.sync_alerts as own
    set
        state = case own.state when 'acknowledged' then 'firing' else own.state end,
        acknowledged_at = null,
        acknowledged_by = null,
        acknowledged_until = null,
        acknowledged_severity = null,
        note = null
    where own.id = end_acknowledgement.alert and own.state <> 'resolved' and own.acknowledged_at is not null;
    if not found then
        raise exception 'alert % is not acknowledged', end_acknowledgement.alert
            using errcode = 'invalid_parameter_value', hint = 'See: select * from pgsync.alert_states;';
    end if;
    perform pgsync.refresh_alerts(clock_timestamp());
end;
$$;

comment on function pgsync.end_acknowledgement(bigint)
is 'Takes an acknowledgement back: news of the alert is repeated again.';
