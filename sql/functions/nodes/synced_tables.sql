create or replace function pgsync.synced_tables(only_tables regclass[] default null)
returns table (source_table regclass, name text, place bigint)
language sql
stable
-- Few; by more than that, the planner takes what reads their records for long enough to compile it.
rows 10
set search_path = pg_catalog, pgsync, pg_temp
as $$
with recursive synced as materialized (
    select source.source_table
    from pgsync.sources as source
    where source.synced
        and source.attached
        and (only_tables is null or source.source_table = any(only_tables))
),

reference as materialized (
    select distinct own.conrelid::regclass as child, own.confrelid::regclass as parent
    from pg_catalog.pg_constraint as own
    inner join synced as child on own.conrelid = child.source_table
    inner join synced as parent on own.confrelid = parent.source_table
    where own.contype = 'f' and own.conrelid <> own.confrelid
),

-- References may go round in a circle.
level as (
    select synced.source_table, 0 as depth
    from synced
    union
    select reference.child, level.depth + 1
    from level
    inner join reference on reference.parent = level.source_table
    where level.depth < 20
),

sorted as (
    select level.source_table, pgsync.exchanged_name(level.source_table) as name, max(level.depth) as depth
    from level
    group by level.source_table
)

select sorted.source_table, sorted.name, row_number() over (order by sorted.depth, sorted.name collate "C")
from sorted;
$$;

comment on function pgsync.synced_tables(regclass[])
is 'The tables that are exchanged, those that others refer to first, with their names in what is sent.';
