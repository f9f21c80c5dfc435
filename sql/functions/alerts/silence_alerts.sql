create or replace function pgsync.silence_alerts(
    ends_at timestamptz,
    reason text,
    kind text default null,
    source regclass default null,
    class text default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_id bigint;
begin
    if silence_alerts.ends_at is null or silence_alerts.ends_at <= clock_timestamp()
        or silence_alerts.ends_at > clock_timestamp() + interval '1 year'
    then
        raise exception 'a silence ends later, within a year' using errcode = 'invalid_parameter_value';
    end if;
    if silence_alerts.reason is null or silence_alerts.reason !~ '[^[:space:]]' then
        raise exception 'a silence needs a reason' using errcode = 'invalid_parameter_value';
    end if;
    if num_nonnulls(silence_alerts.kind, silence_alerts.source, silence_alerts.class) = 0 then
        raise exception 'a silence needs a kind, a table or a class' using errcode = 'invalid_parameter_value';
    end if;
    if silence_alerts.kind is not null and not exists (
        select from pgsync.alert_kinds() as known where known.kind = silence_alerts.kind
    ) then
        raise exception 'there is no kind of alerts %', quote_literal(silence_alerts.kind)
            using errcode = 'invalid_parameter_value',
            hint = (
                select format('There are: %s.', string_agg(known.kind, ', ' order by known.place))
                from pgsync.alert_kinds() as known
            );
    end if;
    perform from pgsync.alert_check as own for update;
    insert into pgsync.alert_silences as own (kind, source_table, class, ends_at, reason, created_by)
    values (
        silence_alerts.kind, silence_alerts.source, silence_alerts.class, silence_alerts.ends_at,
        left(silence_alerts.reason, 250), pgsync.actor()
    )
    returning own.id into v_id;
    perform pgsync.refresh_alerts(clock_timestamp());
    return v_id;
end;
$$;

comment on function pgsync.silence_alerts(timestamptz, text, text, regclass, text)
is 'Silences alerts of a kind, table or class until a time, for a reason; returns the number of the silence.';
