create or replace function pgsync.table_growth(source_table regclass)
returns table (creates bigint, updates bigint, deletes bigint, live bigint, cleanings bigint)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    coalesce(sum(pg_stat_get_tuples_inserted(tree.relid)), 0)::bigint,
    coalesce(sum(pg_stat_get_tuples_updated(tree.relid)), 0)::bigint,
    coalesce(sum(pg_stat_get_tuples_deleted(tree.relid)), 0)::bigint,
    coalesce(sum(pg_stat_get_live_tuples(tree.relid)), 0)::bigint,
    coalesce(
        sum(
            pg_stat_get_vacuum_count(tree.relid) + pg_stat_get_autovacuum_count(tree.relid)
            + pg_stat_get_analyze_count(tree.relid) + pg_stat_get_autoanalyze_count(tree.relid)
        ),
        0
    )::bigint
from (
    select table_growth.source_table as relid
    union
    select part.relid from pg_partition_tree(table_growth.source_table) as part
) as tree;
$$;

comment on function pgsync.table_growth(regclass)
is 'Rows ever written to a table and its partitions, by the statistics; vacuum re-estimates live rows.';
