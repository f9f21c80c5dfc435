-- A node that has not seen a deletion keeps it here, until it has been away for too long.
create or replace function pgsync.remove_old_tombstones(
    before timestamptz,
    row_limit integer,
    out removed bigint,
    out has_more boolean
)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_seen bigint;
    v_newest bigint;
begin
    update pgsync.nodes as own
    set
        must_resync = true,
        resync_number = own.resync_number + 1,
        resync_reason = 'it was away for more than node_max_lag_days',
        updated_at = clock_timestamp()
    where not own.must_resync
        and coalesce(own.seen_at, own.created_at)
        < clock_timestamp() - make_interval(days => pgsync.configuration_integer('node_max_lag_days')::integer);
    select coalesce(min(own.acknowledged_tick), 9223372036854775807)
    into v_seen
    from pgsync.nodes as own
    where not own.must_resync;

    perform from pgsync.version_fold for update;
    with gone as (
        delete from pgsync.record_versions as own
        using (
            select old.source_table, old.record_id
            from pgsync.record_versions as old
            where old.deleted_at < remove_old_tombstones.before
                and old.tick <= v_seen
                -- What this system has not sent yet it still has to.
                and (old.via <> '' or not exists (select from pgsync.masters))
            limit remove_old_tombstones.row_limit
        ) as chosen
        where own.source_table = chosen.source_table and own.record_id = chosen.record_id
        returning own.tick
    )

    select count(*), max(gone.tick)
    into removed, v_newest
    from gone;
    update pgsync.version_fold as fold
    set forgotten_through = greatest(fold.forgotten_through, v_newest)
    where v_newest is not null;
    has_more := removed = row_limit;
end;
$$;

comment on function pgsync.remove_old_tombstones(timestamptz, integer)
is 'Forgets deletions from before a time that all nodes have seen; returns how many.';
