create or replace view pgsync.own_sites with (security_barrier) as
select distinct granted.site
from pgsync.site_members as granted
inner join pg_catalog.pg_roles as role on granted.member_oid = role.oid and granted.member = role.rolname
where pg_has_role(role.oid, 'usage')
union
select requested.site
from (select pgsync.token_site() as site) as requested
where requested.site is not null;

comment on view pgsync.own_sites
is 'The sites that the current user may see, or the token that a request over HTTP came with.';
comment on column pgsync.own_sites.site is 'The site.';
