create or replace function pgsync.remove_master(endpoint text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.known_master(remove_master.endpoint);
    delete from pgsync.sync_schedules as own where own.kind = 'sync' and own.subject = remove_master.endpoint;
    delete from pgsync.endpoints as own where own.name = remove_master.endpoint;
end;
$$;

comment on function pgsync.remove_master(text)
is 'Ends the exchange with a master; all rows stay, and what was not sent is sent to no one.';
