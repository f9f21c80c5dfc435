create or replace function pgsync.revoke_endpoint(member name, endpoint text)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.endpoint_members as granted
    where granted.member = revoke_endpoint.member and granted.endpoint = revoke_endpoint.endpoint;
    return found;
end;
$$;

comment on function pgsync.revoke_endpoint(name, text)
is 'Takes back what grant_endpoint granted; a role without any endpoint is limited no longer.';
