create or replace function pgsync.unlogged_parts(source_table regclass)
returns setof text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pgsync.qualified_name(relation.oid)
from pg_catalog.pg_class as relation
where relation.relpersistence = 'u'
    and (
        relation.oid = unlogged_parts.source_table
        or relation.oid in (select tree.relid from pg_partition_tree(unlogged_parts.source_table) as tree)
    )
order by relation.oid;
$$;

comment on function pgsync.unlogged_parts(regclass)
is 'Of a table and its partitions those that a crash of the server empties, past every trigger.';
