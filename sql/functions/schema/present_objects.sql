-- Partitions come and go, and types are open to everyone: of both only the owner counts. Rights of roles
-- outside pgsync are not recorded.
create or replace function pgsync.present_objects()
returns setof pgsync.schema_objects
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with present as (
    select 'schema' as kind, schema.nspname::text as name, schema.nspowner as owner, '' as state,
        coalesce(schema.nspacl, acldefault('n', schema.nspowner)) as acl, 0::oid as relation, '' as body
    from pg_catalog.pg_namespace as schema
    where schema.nspname in ('pgsync', 'ledger', 'pgsync_read')
    union all
    select case relation.relkind when 'S' then 'sequence' when 'c' then 'type' else 'table' end,
        format('%s.%I', schema.nspname, relation.relname), relation.relowner, '',
        case
            when relation.relispartition or relation.relkind = 'c' then null
            else coalesce(
                relation.relacl,
                acldefault(case relation.relkind when 'S' then 's' else 'r' end::"char", relation.relowner)
            )
        end,
        case when relation.relispartition then 0 else relation.oid end, ''
    from pg_catalog.pg_namespace as schema
    inner join pg_catalog.pg_class as relation on relation.relnamespace = schema.oid
    where schema.nspname in ('pgsync', 'ledger') and relation.relkind in ('r', 'p', 'v', 'S', 'c')
    union all
    select 'function',
        format('%s.%I(%s)', schema.nspname, routine.proname, pg_get_function_identity_arguments(routine.oid)),
        routine.proowner,
        concat_ws(
            ', ', case when routine.prosecdef then 'security definer' else 'security invoker' end,
            array_to_string(routine.proconfig, ', ')
        ),
        coalesce(routine.proacl, acldefault('f', routine.proowner)), 0,
        -- The server writes the body of one that is bound when it is created, each major version in its way.
        case
            when routine.prosqlbody is null
                then encode(sha256(convert_to(routine.provolatile::text || routine.prosrc, 'UTF8')), 'hex')
            else ''
        end
    from pg_catalog.pg_namespace as schema
    inner join pg_catalog.pg_proc as routine on routine.pronamespace = schema.oid
    where schema.nspname in ('pgsync', 'ledger')
    union all
    select 'type', format('%s.%I', schema.nspname, type.typname), type.typowner, '', null, 0, ''
    from pg_catalog.pg_namespace as schema
    inner join pg_catalog.pg_type as type on type.typnamespace = schema.oid
    where schema.nspname in ('pgsync', 'ledger') and type.typtype in ('e', 'd')
    union all
    select 'trigger', format('%I on %s.%I', own.tgname, schema.nspname, relation.relname), relation.relowner,
        case own.tgenabled
            when 'A' then 'always on' when 'O' then 'on, but not in a replica session'
            when 'R' then 'on in a replica session only' else 'off'
        end,
        null, 0, ''
    from pg_catalog.pg_namespace as schema
    inner join pg_catalog.pg_class as relation on relation.relnamespace = schema.oid
    inner join pg_catalog.pg_trigger as own on own.tgrelid = relation.oid
    where schema.nspname in ('pgsync', 'ledger') and not own.tgisinternal
)

select
    present.kind,
    present.name,
    pg_get_userbyid(present.owner)::text,
    array(
        select format('%s %s', coalesce(role.rolname, 'public'), granted.right_name)
        from (
            select held.grantee, held.privilege_type as right_name
            from aclexplode(present.acl) as held
            union all
            select held.grantee, format('%s (%I)', held.privilege_type, attribute.attname)
            from pg_catalog.pg_attribute as attribute
            cross join lateral aclexplode(attribute.attacl) as held
            where attribute.attrelid = present.relation and attribute.attacl is not null
        ) as granted
        left join pg_catalog.pg_roles as role on role.oid = granted.grantee
        where granted.grantee <> present.owner
            and (
                granted.grantee = 0
                or role.rolname in (
                    'pgsync_capture', 'pgsync_worker', 'pgsync_operator', 'pgsync_reader', 'pgsync_auditor',
                    'pgsync_site_reader'
                )
            )
        order by 1
    ),
    present.state,
    present.body
from present;
$$;

comment on function pgsync.present_objects()
is 'Our objects as the catalog has them: owner, rights of PUBLIC and our roles, settings, triggers, bodies.';
