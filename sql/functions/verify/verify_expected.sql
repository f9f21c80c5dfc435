create or replace function pgsync.verify_expected(run pgsync.verify_runs, phase text)
returns bigint
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when verify_expected.phase = 'signs' then 1
    when verify_expected.phase = 'heal' then (
        select count(*)
        from pgsync.sync_differences as difference
        inner join pgsync.difference_kinds() as known
            on difference.kind = known.kind and known.healing <> 'person'
        where difference.last_job = run.job and difference.state = 'open'
    )
    when verify_expected.phase in ('status', 'entries') and run.source_table is not null then null
    else (
        -- Before a table is analyzed, nobody knows.
        select case when min(relation.reltuples) >= 0 then sum(relation.reltuples)::bigint end
        from (
            select 'pgsync.sync_logs'::regclass as root where verify_expected.phase in ('changes', 'changed')
            union all
            select 'pgsync.sync_master_status' where verify_expected.phase = 'status'
            union all
            select 'ledger.journal_entries' where verify_expected.phase in ('entries', 'books')
            union all
            select source.source_table
            from pgsync.sources as source
            where verify_expected.phase = 'records' and source.source_table = any(run.whole_tables)
        ) as looked_at
        cross join lateral (
            select tree.relid from pg_partition_tree(looked_at.root) as tree where tree.isleaf
            union
            select looked_at.root
        ) as part
        inner join pg_catalog.pg_class as relation on part.relid = relation.oid and relation.relkind = 'r'
    )
end;
$$;

comment on function pgsync.verify_expected(pgsync.verify_runs, text)
is 'About how many rows a phase of a verification will look at; null if nobody knows.';
