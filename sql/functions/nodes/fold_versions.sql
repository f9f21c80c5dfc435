-- Each change is folded exactly once, in the order of ticks. That a record was deleted is told by its newest
-- change; only for a row that a backfill has read, and after a TRUNCATE, which may be of one partition, is it
-- looked up: what changes after that look is folded the next time. A change that was made for another system
-- keeps the version that whoever made it has written.
create or replace function pgsync.fold_versions(until_tick bigint)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
declare
    v_through bigint;
    v_read_tables regclass[];
    v_emptied regclass[];
    v_table regclass;
begin
    select fold.folded_through
    into v_through
    from pgsync.version_fold as fold
    for update;
    if v_through is null or v_through >= until_tick then
        return 0::bigint;
    end if;

    with change as materialized (
        select log.id, log.source_table, log.record_id, log.action, log.origin, log.captured_at, log.snapshot
        from pgsync.changes_between(v_through, until_tick) as log
        inner join pgsync.sources as source on log.source_table = source.source_table and source.synced
    ),

    newest as materialized (
        select distinct on (change.source_table, change.record_id) change.*
        from change
        where change.action <> 'truncate'
        order by change.source_table, change.record_id, change.id desc
    ),

    folded as (
        insert into pgsync.record_versions as known (
            source_table, record_id, long_id, tick, stamp, origin, deleted_at
        )
        select
            newest.source_table,
            pgsync.short_id(newest.record_id),
            nullif(newest.record_id, pgsync.short_id(newest.record_id)),
            fold_versions.until_tick,
            (extract(epoch from newest.captured_at) * 1000000)::bigint,
            coalesce(newest.origin, ''),
            case when newest.action = 'delete' then newest.captured_at end
        from newest
        on conflict on constraint record_versions_pkey do update
        set
            tick = excluded.tick,
            stamp = case
                when excluded.origin <> '' and excluded.origin = known.origin then known.stamp
                else greatest(excluded.stamp, known.stamp + 1)
            end,
            origin = excluded.origin,
            deleted_at = excluded.deleted_at
    )

    select
        array_agg(distinct newest.source_table) filter (where newest.snapshot is not null),
        array(select distinct change.source_table from change where change.action = 'truncate')
    into v_read_tables, v_emptied
    from newest;

    foreach v_table in array v_emptied
    loop
        perform pgsync.fold_missing(v_table, until_tick, false);
    end loop;
    foreach v_table in array coalesce(v_read_tables, '{}')
    loop
        perform pgsync.fold_missing(v_table, until_tick, true);
    end loop;

    update pgsync.version_fold as fold
    set folded_through = fold_versions.until_tick, folded_at = clock_timestamp();
    return (
        select count(*)
        from pgsync.record_versions as known
        inner join pgsync.sources as source on known.source_table = source.source_table and source.synced
        where known.tick = until_tick
    );
end;
$$;

comment on function pgsync.fold_versions(bigint)
is 'Folds the log up to a tick into record_versions; returns how many records have a new version.';
