create or replace function pgsync.capture_role()
returns name
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return (
        select coalesce(
            (
                select role.rolname
                from pg_catalog.pg_roles as role
                where role.rolname = 'pgsync_capture' and pg_has_role(namespace.nspowner, role.oid, 'MEMBER')
            ),
            pg_get_userbyid(namespace.nspowner)
        )
        from pg_catalog.pg_namespace as namespace
        where namespace.nspname = 'pgsync'
    );
end;
$$;

comment on function pgsync.capture_role()
is 'The role that generated capture functions run as.';
