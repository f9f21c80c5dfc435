create or replace function pgsync.serves()
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select exists (
    select
    from pg_catalog.pg_roles as role
    where role.rolname = 'pgsync_dashboard' and pg_has_role(session_user, role.oid, 'member')
);
$$;

comment on function pgsync.serves() is 'Whether the login of this session may run pgsync serve.';
