create or replace function pgsync.unlogged_parts(source_table regclass)
returns setof text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return query
    select pgsync.qualified_name(relation.oid)
    from (
        select unlogged_parts.source_table as relid
        union
        select part.relid from pg_partition_tree(unlogged_parts.source_table) as part
    ) as tree
    inner join pg_catalog.pg_class as relation on relation.oid = tree.relid
    where relation.relpersistence = 'u'
    order by relation.oid;
end;
$$;

comment on function pgsync.unlogged_parts(regclass)
is 'The table and partitions that are unlogged: a server crash empties them without firing a trigger.';
