create or replace function pgsync.end_silence(silence bigint)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform from pgsync.alert_check as own for update;
    update pgsync.alert_silences as own
    set ends_at = greatest(clock_timestamp(), own.starts_at), ended_by = pgsync.actor()
    where own.id = end_silence.silence and own.ends_at > clock_timestamp();
    if not found then
        raise exception 'silence % does not exist or has ended', end_silence.silence
            using errcode = 'invalid_parameter_value',
            hint = 'See: select * from pgsync.alert_silences where ends_at > now();';
    end if;
    perform pgsync.refresh_alerts(clock_timestamp());
end;
$$;

comment on function pgsync.end_silence(bigint) is 'Ends a silence early.';
