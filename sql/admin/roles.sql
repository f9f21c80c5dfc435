-- Which of the roles exist, and which login roles act as them (superusers may always, and are left out).
set search_path to pg_catalog, pg_temp;

select
    wanted.name as role,
    role.oid is not null as is_present,
    (
        select string_agg(login.rolname, ', ' order by login.rolname)
        from pg_catalog.pg_roles as login
        where
            login.rolcanlogin
            and not login.rolsuper
            and pg_has_role(login.oid, role.oid, 'member')
    ) as members,
    (
        select string_agg(schema.nspname, ', ' order by schema.nspname)
        from pg_catalog.pg_namespace as schema
        where
            schema.nspowner = role.oid
            and schema.nspname in ('pgsync', 'ledger')
    ) as owned_schemas
from (
    values
    ('pgsync_owner'),
    ('pgsync_capture'),
    ('pgsync_worker'),
    ('pgsync_operator'),
    ('pgsync_reader'),
    ('pgsync_auditor'),
    ('pgsync_site_reader')
) as wanted (name)
left join pg_catalog.pg_roles as role on wanted.name = role.rolname
order by wanted.name;
