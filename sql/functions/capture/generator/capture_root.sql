create or replace function pgsync.capture_root(source_table regclass)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case relation.relkind
    when 'p' then 'coalesce(pg_catalog.pg_partition_root(tg_relid)::pg_catalog.oid, tg_relid)'
    else 'tg_relid'
end
from pg_catalog.pg_class as relation
where relation.oid = capture_root.source_table;
$$;

comment on function pgsync.capture_root(regclass)
is 'The SQL expression for the attached table in a trigger, which may fire for one of its partitions.';
