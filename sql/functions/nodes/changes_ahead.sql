-- A function that read all changes and let its caller choose would keep them all, and most of them are its
-- own where many records are applied at once.
create or replace function pgsync.changes_ahead(source_table regclass, record_ids text[])
returns setof pgsync.sync_logs
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tick record;
    v_lowest bigint;
begin
    select tick.id, tick.snapshot
    into v_tick
    from pgsync.version_fold as fold
    inner join pgsync.ticks as tick on fold.folded_through = tick.id;

    select tick.last_log_id
    into v_lowest
    from pgsync.ticks as tick
    where tick.id <= v_tick.id and tick.next_xid <= pg_snapshot_xmin(v_tick.snapshot)
    order by tick.id desc
    limit 1;

    return query
    select log.*
    from pgsync.sync_logs as log
    where log.id > coalesce(v_lowest, 0)
        and log.captured_xid <> pg_current_xact_id()
        and log.source_table = changes_ahead.source_table
        and log.record_id = any(record_ids)
        and (v_tick.snapshot is null or not pg_visible_in_snapshot(log.captured_xid, v_tick.snapshot))
    order by log.id;
end;
$$;

comment on function pgsync.changes_ahead(regclass, text[])
is 'The changes of others to these records that committed after the fold.';
