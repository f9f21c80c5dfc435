-- A statement fires the statement triggers of the table it names, and of no other that it writes to.
create or replace function pgsync.missed_by_statements(source_table regclass)
returns text
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return (
        select case
            when relation.relkind = 'p' then 'it is partitioned, and rows can be written directly to a partition'
            when relation.relispartition then 'it is a partition, and rows can be written through its parent'
            when exists (
                select
                from pg_catalog.pg_inherits as inheritance
                where relation.oid in (inheritance.inhparent, inheritance.inhrelid)
            ) then 'it takes part in inheritance, and rows can be written through another table'
            when exists (
                select from pg_catalog.pg_subscription_rel as subscribed where subscribed.srrelid = relation.oid
            ) then 'a subscription writes to it, and logical replication fires row triggers only'
        end
        from pg_catalog.pg_class as relation
        where relation.oid = missed_by_statements.source_table
    );
end;
$$;

comment on function pgsync.missed_by_statements(regclass)
is 'Why statement triggers would miss changes of a table; null if they see all of them.';
