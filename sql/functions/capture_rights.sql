-- Capture reads the table only to look again at rows that a trigger within a trigger has changed, or whose
-- key has changed, and for a backfill. Rows that a policy hid from it would seem to be gone.
create or replace function pgsync.capture_rights(source_table regclass)
returns setof text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select step.statement
from pg_catalog.pg_class as relation
inner join pg_catalog.pg_roles as role on role.rolname = pgsync.capture_role()
cross join lateral (
    values
    (
        1,
        not has_schema_privilege(role.oid, relation.relnamespace, 'usage'),
        format('grant usage on schema %s to %I', relation.relnamespace::regnamespace, role.rolname)
    ),
    (
        2,
        not has_table_privilege(role.oid, relation.oid, 'select'),
        format('grant select on %s to %I', relation.oid::regclass, role.rolname)
    ),
    (
        3,
        relation.relrowsecurity
        and not role.rolsuper
        and not role.rolbypassrls
        and (relation.relforcerowsecurity or not pg_has_role(role.oid, relation.relowner, 'usage'))
        and not exists (
            select
            from pg_catalog.pg_policy as policy
            where policy.polrelid = relation.oid and policy.polname = 'pgsync_capture'
        ),
        format(
            'create policy pgsync_capture on %s for select to %I using (true)', relation.oid::regclass, role.rolname
        )
    )
) as step (place, is_needed, statement)
where relation.oid = capture_rights.source_table and step.is_needed
order by step.place;
$$;

comment on function pgsync.capture_rights(regclass)
is 'The statements by which the owner of a table lets capture read it; no rows when it may already.';
