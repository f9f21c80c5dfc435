create or replace function pgsync.remove_channel(name text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.channels as own where own.name = remove_channel.name;
    if not found then
        perform pgsync.refuse_channel(remove_channel.name);
    end if;
end;
$$;

comment on function pgsync.remove_channel(text)
is 'Removes a channel, with what was and is to be sent to it.';
