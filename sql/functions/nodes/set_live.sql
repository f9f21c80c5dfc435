create or replace function pgsync.set_live(endpoint text, is_live boolean)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    perform pgsync.known_master(set_live.endpoint);
    update pgsync.masters as own
    set is_live = set_live.is_live, updated_at = clock_timestamp()
    where own.endpoint = set_live.endpoint;
end;
$$;

comment on function pgsync.set_live(text, boolean)
is 'Has a worker exchange records with a master as soon as they change, or only on schedule.';
