-- A snapshot of PostgreSQL leaves out the transaction that takes it, which may still write.
create or replace function pgsync.running_snapshot()
returns pg_snapshot
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_own constant xid8 := pg_current_xact_id_if_assigned();
    v_present constant pg_snapshot := pg_current_snapshot();
begin
    if v_own is null or not pg_visible_in_snapshot(v_own, v_present) then
        return v_present;
    end if;
    return (
        select
            format(
                '%s:%s:%s', least(pg_snapshot_xmin(v_present), v_own), pg_snapshot_xmax(v_present),
                string_agg(running.xid::text, ',' order by running.xid)
            )::pg_snapshot
        from (
            select v_own as xid
            union all
            select pg_snapshot_xip(v_present)
        ) as running
    );
end;
$$;

comment on function pgsync.running_snapshot()
is 'The present snapshot, with the transaction that asks among those that still run.';
