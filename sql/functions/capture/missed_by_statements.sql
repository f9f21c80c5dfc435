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
            when relation.relkind = 'p' then 'it is partitioned: rows may be written straight into a partition'
            when relation.relispartition then 'it is a partition: rows may be written by way of the whole'
            when exists (
                select
                from pg_catalog.pg_inherits as inheritance
                where relation.oid in (inheritance.inhparent, inheritance.inhrelid)
            ) then 'it inherits or is inherited from: rows may be written by way of another table'
            when exists (
                select from pg_catalog.pg_subscription_rel as subscribed where subscribed.srrelid = relation.oid
            ) then 'a subscription writes to it: logical replication fires row triggers only'
        end
        from pg_catalog.pg_class as relation
        where relation.oid = missed_by_statements.source_table
    );
end;
$$;

comment on function pgsync.missed_by_statements(regclass)
is 'Why statement triggers would miss changes of a table; null when they see them all.';
