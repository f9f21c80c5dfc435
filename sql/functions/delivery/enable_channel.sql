create or replace function pgsync.enable_channel(name text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.set_channel(enable_channel.name, enabled => true)
    from pgsync.channels as own
    where own.name = enable_channel.name;
    if not found then
        perform pgsync.refuse_channel(enable_channel.name);
    end if;
    update pgsync.alert_deliveries as own
    set next_attempt_at = least(own.next_attempt_at, clock_timestamp())
    where own.channel = enable_channel.name and own.state = 'waiting';
end;
$$;

comment on function pgsync.enable_channel(text)
is 'Enables a channel and forgets its failures; what still waits for it is sent at once.';
