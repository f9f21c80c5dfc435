-- A transaction that a snapshot does not include was given its number after every moment whose mark is not
-- above the snapshot's xmin; so its rows are no older than that.
create or replace function pgsync.chain_watermark(kind pgsync.chain_kinds)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    greatest(
        (
            select max(mark.at)
            from unnest(kind.mark_xids, kind.mark_times) as mark (xid, at)
            where mark.xid <= pg_snapshot_xmin(kind.boundary)
        ) - interval '10 seconds',
        kind.surveyed_before
    );
$$;

comment on function pgsync.chain_watermark(pgsync.chain_kinds)
is 'No row that is visible after the boundary of a kind, but not in it, was recorded before this.';
