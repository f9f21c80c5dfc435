create or replace function pgsync.revoke_site(member name, site text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    delete from pgsync.site_members as known
    where known.member = revoke_site.member and known.site = revoke_site.site;
    if not found then
        raise exception '% does not see the site %', quote_ident(revoke_site.member), quote_literal(revoke_site.site)
            using errcode = 'undefined_object', hint = 'See pgsync.site_members.';
    end if;
end;
$$;

comment on function pgsync.revoke_site(name, text)
is 'Ends what grant_site granted.';
