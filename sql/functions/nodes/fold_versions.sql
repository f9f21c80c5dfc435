-- Each change is folded exactly once, in the order of ticks. Only for a row that a backfill has read, and
-- after a TRUNCATE, which may be of one partition, is it looked up whether the record is there: what
-- changes after that look is folded the next time.
create or replace function pgsync.fold_versions(until_tick bigint)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
declare
    v_through bigint;
    v_pruned bigint;
    v_emptied regclass[];
    v_read regclass[];
    v_table regclass;
begin
    select fold.folded_through, fold.pruned_through
    into v_through, v_pruned
    from pgsync.version_fold as fold
    for update;
    if v_through is null or v_through >= until_tick then
        return 0::bigint;
    end if;
    select
        array_agg(folded.source_table) filter (where folded.was_emptied),
        array_agg(folded.source_table) filter (where folded.was_read and not folded.was_emptied)
    into v_emptied, v_read
    from pgsync.fold_changes(until_tick) as folded;
    foreach v_table in array coalesce(v_emptied, '{}')
    loop
        perform pgsync.fold_missing(v_table, until_tick, false);
    end loop;
    foreach v_table in array coalesce(v_read, '{}')
    loop
        perform pgsync.fold_missing(v_table, until_tick, true);
    end loop;
    update pgsync.version_fold as fold
    set
        folded_through = fold_versions.until_tick,
        folded_at = clock_timestamp(),
        snapshot = tick.snapshot,
        last_log_id = tick.last_log_id
    from pgsync.ticks as tick
    where tick.id = fold_versions.until_tick;
    update pgsync.ticks as tick set is_fold = true where tick.id = fold_versions.until_tick;
    perform pgsync.prune_ticks(v_pruned, until_tick);
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
