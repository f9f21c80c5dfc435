create or replace function pgsync.grant_site(member name, site text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    if not exists (select from pg_catalog.pg_roles as role where role.rolname = grant_site.member) then
        raise exception 'role % does not exist', quote_ident(grant_site.member) using errcode = 'undefined_object';
    elsif not pg_has_role(grant_site.member, 'pgsync_site_reader', 'usage') then
        raise exception '% is not a reader of sites', quote_ident(grant_site.member)
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('First: grant pgsync_site_reader to %I;', grant_site.member);
    end if;
    insert into pgsync.site_members (member, site)
    values (grant_site.member, grant_site.site)
    on conflict on constraint site_members_pkey do nothing;
end;
$$;

comment on function pgsync.grant_site(name, text)
is 'Lets a role, and whoever is a member of it, see what is of a site through the views site_….';
