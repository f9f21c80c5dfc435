-- Only of tables in which nothing waits to be sent or applied: sums of others differ for that reason alone.
create or replace function pgsync.master_sums(endpoint text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master constant pgsync.masters := pgsync.known_master(endpoint);
begin
    return (
        select coalesce(
            jsonb_object_agg(synced.name, jsonb_build_object('count', own.records, 'sum', own.checksum)), '{}'
        )
        from pgsync.synced_tables(v_master.tables) as synced
        cross join lateral pgsync.version_sum(synced.source_table) as own
        where not v_master.frozen_tables ? synced.name
            and not exists (
                select
                from pgsync.record_versions as known
                where known.source_table = synced.source_table and known.via <> v_master.endpoint
            )
            and not exists (
                select
                from pgsync.staged_records as waiting
                where waiting.endpoint = v_master.endpoint and waiting.source_table = synced.source_table
            )
    );
end;
$$;

comment on function pgsync.master_sums(text)
is 'Counts and sums of versions of the tables that are as a master has them, for comparison.';
