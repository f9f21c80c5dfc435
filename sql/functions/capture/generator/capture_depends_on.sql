-- Types that are not known to be calm may make of a value what some setting says.
create or replace function pgsync.capture_depends_on(source pgsync.sources)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when bool_or(not kind.is_calm and type.oid <> 'timestamptz'::regtype) then 'settings'
    when bool_or(not kind.is_calm) then 'time zone'
    else 'nothing'
end
from pgsync.captured_columns(source) as captured
inner join pg_catalog.pg_type as type on type.oid = captured.base_type
cross join lateral (
    select
        type.typtype = 'e'
        or type.oid = any(
            array[
                'bool', 'int2', 'int4', 'int8', 'numeric', 'text', 'varchar', 'bpchar', 'uuid', 'json', 'jsonb',
                'date', 'time', 'timestamp', 'name', 'inet', 'cidr'
            ]::regtype[]::oid[]
        ) as is_calm
) as kind;
$$;

comment on function pgsync.capture_depends_on(pgsync.sources)
is 'What session state can change the image of a row: none, the time zone, or other settings.';
