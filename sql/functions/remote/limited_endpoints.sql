-- Asked by views of whoever reads them, and by functions of the owner of the login that called them: see
-- reaches. Policies would do it on the tables, but then pg_dump refuses who backs up and is neither owner nor
-- superuser.
create or replace function pgsync.limited_endpoints(member name default current_user)
returns text[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array_agg(distinct granted.endpoint)
from pgsync.endpoint_members as granted
inner join pg_catalog.pg_roles as role on granted.member_oid = role.oid and granted.member = role.rolname
where pg_has_role(limited_endpoints.member, role.oid, 'usage')
    and not (select own.rolsuper from pg_catalog.pg_roles as own where own.rolname = limited_endpoints.member);
$$;

comment on function pgsync.limited_endpoints(name)
is 'The endpoints that a role is limited to; null for no limit.';
