create or replace function pgsync.reset_master(endpoint text, resync boolean default false)
returns table (master text, status text)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
begin
    perform pgsync.known_master(reset_master.endpoint);
    if reset_master.resync then
        perform pgsync.resync_master(reset_master.endpoint, null);
    end if;
    return query
    update pgsync.masters as own
    set status = 'new', last_error = null, retry_count = 0, updated_at = clock_timestamp()
    where own.endpoint = reset_master.endpoint
    returning own.endpoint, own.status;
end;
$$;

comment on function pgsync.reset_master(text, boolean)
is 'Forgets how the exchanges with a master ended; with resync everything is loaded anew.';
