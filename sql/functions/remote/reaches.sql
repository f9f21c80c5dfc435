-- For functions that run as their owner, whom nothing limits.
create or replace function pgsync.reaches(endpoint text)
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(reaches.endpoint = any(pgsync.limited_endpoints(session_user)), true);
$$;

comment on function pgsync.reaches(text)
is 'Whether the login may have to do with an endpoint.';
