create or replace function pgsync.master_status(endpoint text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master constant pgsync.masters := pgsync.known_master(master_status.endpoint);
begin
    return jsonb_build_object(
        'last_synced_at', pgsync.utc_text(v_master.last_synced_at),
        'status', v_master.status,
        'pending_records', pgsync.unsent_count(v_master.endpoint),
        'last_error', v_master.last_error,
        'retry_count', v_master.retry_count,
        'created_at', pgsync.utc_text(v_master.created_at),
        'updated_at', pgsync.utc_text(v_master.updated_at),
        'master', v_master.endpoint,
        'node', v_master.node_name,
        'master_url', (select own.base_url from pgsync.endpoints as own where own.name = v_master.endpoint),
        'frozen_tables', v_master.frozen_tables,
        'quarantined_tables', v_master.quarantined_tables,
        'not_applied', (
            select count(*) from pgsync.staged_records as own where own.endpoint = v_master.endpoint
        ),
        'tables', (
            select coalesce(jsonb_agg(synced.name order by synced.place), '[]')
            from pgsync.synced_tables(v_master.tables) as synced
        )
    );
end;
$$;

comment on function pgsync.master_status(text)
is 'How the exchange with a master stands, in the form of the status file.';
