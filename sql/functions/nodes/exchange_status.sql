create or replace function pgsync.exchange_status(node text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_node constant pgsync.nodes := pgsync.known_node(exchange_status.node);
begin
    return jsonb_build_object(
        'last_synced_at', pgsync.utc_text(v_node.last_synced_at),
        'status', v_node.status,
        'pending_records', pgsync.pending_records(v_node.name),
        'last_error', v_node.last_error,
        'retry_count', v_node.retry_count,
        'created_at', pgsync.utc_text(v_node.created_at),
        'updated_at', pgsync.utc_text(v_node.updated_at),
        'node', v_node.name,
        'master', pgsync.own_name(),
        'incarnation', (select own.incarnation from pgsync.node_identity as own),
        'must_resync', v_node.must_resync,
        'expected_sequence', v_node.last_sequence + 1,
        'tables', (
            select coalesce(jsonb_agg(synced.name order by synced.place), '[]')
            from pgsync.synced_tables(v_node.tables) as synced
        )
    );
end;
$$;

comment on function pgsync.exchange_status(text)
is 'How the exchange with a node stands, in the form that it asks for.';
