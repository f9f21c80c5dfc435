create or replace function pgsync.set_channel(
    name text,
    kind text default null,
    settings jsonb default null,
    secret text default null,
    previous_secret text default null,
    min_severity text default null,
    enabled boolean default null
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_own pgsync.channels;
begin
    if set_channel.secret !~ '^(env:|file:/|$)' or set_channel.previous_secret !~ '^(env:|file:/|$)' then
        -- The text is not repeated: it may be the secret.
        raise exception 'a secret is not kept here, only where workers find it: env:NAME or file:/PATH'
            using errcode = 'invalid_parameter_value';
    end if;
    select own.* into v_own from pgsync.channels as own where own.name = set_channel.name for no key update;
    if not found and set_channel.kind is null then
        raise exception 'a new channel needs a kind: notify, command, webhook, slack or mail'
            using errcode = 'invalid_parameter_value';
    end if;
    insert into pgsync.channels as own (
        name, kind, settings, secret, previous_secret, min_severity, enabled
    )
    values (
        set_channel.name,
        coalesce(set_channel.kind, v_own.kind),
        coalesce(set_channel.settings, v_own.settings, '{}'),
        nullif(coalesce(set_channel.secret, v_own.secret), ''),
        nullif(coalesce(set_channel.previous_secret, v_own.previous_secret), ''),
        coalesce(set_channel.min_severity, v_own.min_severity, 'low'),
        coalesce(set_channel.enabled, v_own.enabled, true)
    )
    on conflict on constraint channels_pkey do update
    set
        kind = excluded.kind,
        settings = excluded.settings,
        secret = excluded.secret,
        previous_secret = excluded.previous_secret,
        min_severity = excluded.min_severity,
        enabled = excluded.enabled,
        disabled_reason = case when not excluded.enabled then own.disabled_reason end,
        -- What has failed until now says nothing of the new settings.
        failures_in_a_row = 0,
        failing_since = null,
        not_before = null;
end;
$$;

comment on function pgsync.set_channel(text, text, jsonb, text, text, text, boolean)
is 'Creates a channel or changes what is given; an empty text clears a secret.';
