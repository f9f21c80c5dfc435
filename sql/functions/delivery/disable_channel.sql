create or replace function pgsync.disable_channel(name text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    update pgsync.channels as own
    set enabled = false
    where own.name = disable_channel.name;
    if not found then
        perform pgsync.refuse_channel(disable_channel.name);
    end if;
end;
$$;

comment on function pgsync.disable_channel(text)
is 'Disables a channel: nothing more is queued for it, and what waits is kept until it is enabled.';
