-- Compares with the record of the last migration; it does not check the rights of roles outside pgsync.
-- Generated functions are not recorded: those of capture belong to the capture role, and no other role of
-- pgsync may run them.
create or replace function pgsync.inspect_schema()
returns table (finding text, found text)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with present as materialized (
    select object.* from pgsync.present_objects() as object
),

generated as materialized (
    select format('pgsync.%I(%s)', routine.proname, pg_get_function_identity_arguments(routine.oid)) as name
    from pg_catalog.pg_proc as routine
    where routine.pronamespace = 'pgsync'::regnamespace
        and routine.proname in (
            select source.function_name || made.suffix
            from pgsync.sources as source
            cross join (values (''), ('_read')) as made (suffix)
        )
),

-- One right of one object in each row.
granted as materialized (
    select object.kind, object.name, split_part(held.right_name, ' ', 1) as role, held.right_name, is_wanted
    from (
        select wanted.kind, wanted.name, wanted.rights, true as is_wanted
        from pgsync.schema_objects as wanted
        union all
        select present.kind, present.name, present.rights, false
        from present
        inner join pgsync.schema_objects as wanted on wanted.kind = present.kind and wanted.name = present.name
        union all
        select present.kind, present.name, present.rights, false
        from present
        inner join generated on generated.name = present.name
        where present.kind = 'function'
    ) as object
    cross join unnest(object.rights) as held (right_name)
),

odd as (
    select granted.kind, granted.name, granted.role, granted.right_name, bool_or(granted.is_wanted) as is_wanted
    from granted
    group by granted.kind, granted.name, granted.role, granted.right_name
    having count(*) = 1
),

missing_role as materialized (
    select distinct wanted.role
    from (
        select granted.role from granted where granted.is_wanted and granted.role <> 'public'
        union all
        select schema.owner from pgsync.schema_objects as schema where schema.kind = 'schema'
    ) as wanted (role)
    where not exists (select from pg_catalog.pg_roles as role where role.rolname = wanted.role)
)

select 'role_missing' as finding, format('role %I does not exist on this server', missing_role.role) as found
from missing_role
union all
select 'object_missing', format('%s %s is missing', wanted.kind, wanted.name)
from pgsync.schema_objects as wanted
where not exists (
    select from present where present.kind = wanted.kind and present.name = wanted.name
)
union all
select 'wrong_owner',
    format('%s %s is owned by %I, not by %I', present.kind, present.name, present.owner, wanted.owner)
from present
cross join lateral (
    select case
        when present.kind = 'function' and exists (select from generated where generated.name = present.name)
            then pgsync.capture_role()::text
        -- If they all went to another role that exists here, they should go back.
        else coalesce(
            (
                select role.rolname
                from pgsync.schema_objects as recorded
                inner join pg_catalog.pg_roles as role on role.rolname = recorded.owner
                where recorded.kind = 'schema' and recorded.name = 'pgsync'
            ),
            (
                select pg_get_userbyid(schema.nspowner)
                from pg_catalog.pg_namespace as schema
                where schema.nspname = 'pgsync'
            )
        )::text
    end
) as wanted (owner)
where present.kind <> 'trigger' and present.owner <> wanted.owner
union all
select case when odd.is_wanted and odd.role = 'pgsync_capture' then 'capture_refused'
        when odd.is_wanted then 'right_missing' else 'right_added' end,
    case when odd.is_wanted and odd.role = 'pgsync_capture' then 'writes to attached tables may fail: ' else '' end
    || case when odd.is_wanted then format('%s lacks %s on %s %s', odd.role, odd.privilege, odd.kind, odd.name)
        else format('%s has %s on %s %s', odd.role, odd.privilege, odd.kind, odd.name) end
from (
    select odd.*, substr(odd.right_name, length(odd.role) + 2) as privilege from odd
) as odd
where not exists (select from missing_role where missing_role.role = odd.role)
    -- What is missing has no rights.
    and exists (select from present where present.kind = odd.kind and present.name = odd.name)
union all
select case present.kind when 'trigger' then 'trigger_off' else 'settings_changed' end,
    format('%s %s is %s, not %s', present.kind, present.name, present.state, wanted.state)
from present
inner join pgsync.schema_objects as wanted on wanted.kind = present.kind and wanted.name = present.name
where present.state <> wanted.state
union all
select 'body_changed', format('%s %s is not as it was installed', present.kind, present.name)
from present
inner join pgsync.schema_objects as wanted on wanted.kind = present.kind and wanted.name = present.name
where present.body <> wanted.body and wanted.body <> ''
union all
-- The triggers of partitions are copies, which are enabled and disabled separately.
select 'trigger_off',
    format(
        'trigger %I on %s.%I does not fire when that of %s does', copied.tgname,
        relation.relnamespace::regnamespace, relation.relname, original.tgrelid::regclass
    )
from pg_catalog.pg_trigger as copied
inner join pg_catalog.pg_trigger as original on original.oid = copied.tgparentid
inner join pg_catalog.pg_class as relation on relation.oid = copied.tgrelid
where relation.relnamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
    and copied.tgenabled <> original.tgenabled
order by 1, 2;
$$;

comment on function pgsync.inspect_schema()
is 'Owners, rights, settings, triggers, functions that pgsync migrate left otherwise; run it to restore them.';
