create or replace function pgsync.begin_exchange(endpoint text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.known_master(begin_exchange.endpoint);
    update pgsync.masters as own
    set status = 'syncing', updated_at = clock_timestamp()
    where own.endpoint = begin_exchange.endpoint;
end;
$$;

comment on function pgsync.begin_exchange(text) is 'Notes that an exchange with a master begins.';
