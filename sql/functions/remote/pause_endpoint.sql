create or replace function pgsync.pause_endpoint(endpoint text, reason text default null)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if not pgsync.reaches(pause_endpoint.endpoint)
        or not exists (select from pgsync.endpoints as own where own.name = pause_endpoint.endpoint)
    then
        raise exception 'there is no endpoint %', pause_endpoint.endpoint using errcode = 'undefined_object';
    end if;
    update pgsync.endpoints as own
    set paused_at = clock_timestamp(), paused_by = pgsync.actor(), pause_reason = left(pause_endpoint.reason, 1000)
    where own.name = pause_endpoint.endpoint and own.paused_at is null;
    return found;
end;
$$;

comment on function pgsync.pause_endpoint(text, text)
is 'Stops all calls to an endpoint until it is resumed; false if it was paused before.';
