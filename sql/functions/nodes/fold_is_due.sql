-- All that was logged before the last tick and was committed by then is folded. What was logged later has
-- a greater id, and what committed later was running then: a transaction that its snapshot lists, or one
-- between the end of the snapshot and the transaction of the tick, because a snapshot ends where nobody has
-- ended yet.
create or replace function pgsync.fold_is_due()
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select fold.folded_through is not null
    and exists (select from pgsync.sources as source where source.synced and source.attached)
    and (
        exists (
            select
            from pg_snapshot_xip(fold.snapshot) as running (xid)
            where pg_visible_in_snapshot(running.xid, pg_current_snapshot())
        )
        or exists (
            select
            from pgsync.ticks as tick
            cross join generate_series(
                pg_snapshot_xmax(fold.snapshot)::text::bigint, tick.next_xid::text::bigint - 1
            ) as running (xid)
            where tick.id = fold.folded_through
                and pg_visible_in_snapshot(running.xid::text::xid8, pg_current_snapshot())
        )
        or (select sequence.last_value from pgsync.sync_logs_id_seq as sequence) > fold.last_log_id
        -- A version may be new where no row was written. The limit has the newest of each table looked up.
        or exists (
            select
            from pgsync.sources as source
            cross join lateral (
                select known.tick
                from pgsync.record_versions as known
                where known.source_table = source.source_table
                order by known.tick desc
                limit 1
            ) as newest
            where source.synced and newest.tick > fold.folded_through
        )
    )
from pgsync.version_fold as fold;
$$;

comment on function pgsync.fold_is_due()
is 'Whether there may be changes that are not folded into record_versions yet.';
