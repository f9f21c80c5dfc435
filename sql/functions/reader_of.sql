-- The name says nothing: roles can be renamed, and somebody else may have taken it.
create or replace function pgsync.reader_of(owner name)
returns name
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
with named as (
    select
        routine.proname as name,
        bool_and(role.rolname = reader_of.owner and pgsync.is_reader(routine.oid)) as is_own
    from pg_catalog.pg_proc as routine
    inner join pg_catalog.pg_roles as role on role.oid = routine.proowner
    where routine.pronamespace = 'pgsync_read'::regnamespace
    group by routine.proname
),

free as (
    select tried.name
    from generate_series(1, (select count(*) + 1 from named)) as number (value)
    cross join lateral (
        select case number.value
            when 1 then reader_of.owner
            else left(reader_of.owner, 55)::name || '_' || number.value
        end::name as name
    ) as tried
    where not exists (select from named where named.name = tried.name)
    order by number.value
    limit 1
)

select coalesce(
    (select named.name from named where named.is_own order by named.name = reader_of.owner desc, named.name limit 1),
    (select free.name from free)
);
$$;

comment on function pgsync.reader_of(name)
is 'The name of the reader of an owner of tables: of the one he has, or of the one to make.';
