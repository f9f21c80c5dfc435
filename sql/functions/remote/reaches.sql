-- For functions that run as their owner, whom nothing limits.
create or replace function pgsync.reaches(endpoint text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    -- Each call of an API asks, and most databases limit nobody.
    return not exists (select from pgsync.endpoint_members)
        or coalesce(reaches.endpoint = any(pgsync.limited_endpoints(session_user)), true);
end;
$$;

comment on function pgsync.reaches(text)
is 'Whether the login may have to do with an endpoint.';
