-- Asked by the policies of sync_jobs and sync_failed_items, so it runs as whoever reads them.
create or replace function pgsync.limited_endpoints()
returns text[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array_agg(distinct granted.endpoint)
from pgsync.endpoint_members as granted
inner join pg_catalog.pg_roles as role on granted.member_oid = role.oid and granted.member = role.rolname
where pg_has_role(role.oid, 'usage')
    and not (select me.rolsuper from pg_catalog.pg_roles as me where me.rolname = current_user);
$$;

comment on function pgsync.limited_endpoints()
is 'The endpoints that the current user is limited to; null for no limit.';
