create or replace function pgsync.grant_site(member name, site text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if not exists (select from pg_catalog.pg_roles as role where role.rolname = grant_site.member) then
        raise exception 'role % does not exist', quote_ident(grant_site.member) using errcode = 'undefined_object';
    elsif grant_site.member ~ '^pgsync_' then
        raise exception 'a site is granted to people, not to %, which all of them are members of',
            quote_ident(grant_site.member)
            using errcode = 'invalid_parameter_value';
    elsif not pg_has_role(grant_site.member, 'pgsync_site_reader', 'usage') then
        raise exception '% is not a reader of sites', quote_ident(grant_site.member)
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('First: grant pgsync_site_reader to %I;', grant_site.member);
    end if;
    insert into pgsync.site_members as present (member, member_oid, site)
    select role.rolname, role.oid, grant_site.site
    from pg_catalog.pg_roles as role
    where role.rolname = grant_site.member
    on conflict on constraint site_members_pkey do update
    set
        member_oid = excluded.member_oid,
        granted_at = excluded.granted_at,
        granted_by = excluded.granted_by
    where present.member_oid <> excluded.member_oid;
end;
$$;

comment on function pgsync.grant_site(name, text)
is 'Lets a role, and whoever is a member of it, see what is of a site through the views site_….';
