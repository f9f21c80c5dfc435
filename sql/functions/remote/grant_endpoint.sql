create or replace function pgsync.grant_endpoint(member name, endpoint text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if not exists (select from pg_catalog.pg_roles as role where role.rolname = grant_endpoint.member) then
        raise exception 'role % does not exist', quote_ident(grant_endpoint.member)
            using errcode = 'undefined_object';
    elsif grant_endpoint.member ~ '^pgsync_' then
        raise exception 'an endpoint is granted to people, not to %, which all of them are members of',
            quote_ident(grant_endpoint.member)
            using errcode = 'invalid_parameter_value';
    elsif not exists (select from pgsync.endpoints as present where present.name = grant_endpoint.endpoint) then
        raise exception 'there is no endpoint %', grant_endpoint.endpoint using errcode = 'undefined_object';
    end if;
    insert into pgsync.endpoint_members as present (member, member_oid, endpoint)
    select role.rolname, role.oid, grant_endpoint.endpoint
    from pg_catalog.pg_roles as role
    where role.rolname = grant_endpoint.member
    on conflict on constraint endpoint_members_pkey do update
    set
        member_oid = excluded.member_oid,
        granted_at = excluded.granted_at,
        granted_by = excluded.granted_by
    where present.member_oid <> excluded.member_oid;
end;
$$;

comment on function pgsync.grant_endpoint(name, text)
is 'Limits a role, and whoever is a member of it, to the jobs and failed items of endpoints so granted.';
