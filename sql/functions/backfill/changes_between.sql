-- Transactions still running at the first tick and finished at the second. Ids do not show the order of
-- commits, so they only narrow the search: below, by the newest tick that was complete before the oldest
-- transaction still running at the first; above, by the tick after the second.
create or replace function pgsync.changes_between(after_tick bigint, until_tick bigint)
returns setof pgsync.sync_logs
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_after pg_snapshot;
    v_until pg_snapshot;
    v_lowest bigint;
    v_highest bigint;
    v_dropped pgsync.id_ranges;
begin
    if until_tick is not null then
        select tick.snapshot into v_until from pgsync.ticks as tick where tick.id = until_tick;
        if not found then
            raise exception 'unknown tick %', until_tick using errcode = 'no_data_found';
        end if;
    end if;
    if after_tick is not null then
        select tick.snapshot into v_after from pgsync.ticks as tick where tick.id = after_tick;
        if not found then
            raise exception 'unknown tick %', after_tick using errcode = 'no_data_found';
        end if;
    end if;

    select tick.last_log_id
    into v_lowest
    from pgsync.ticks as tick
    where tick.id <= after_tick and tick.next_xid <= pg_snapshot_xmin(v_after)
    order by tick.id desc
    limit 1;

    select tick.last_log_id
    into v_highest
    from pgsync.ticks as tick
    where tick.id > until_tick
    order by tick.id
    limit 1;

    select made.*
    into v_dropped
    from pgsync.id_ranges as made
    where made.table_name = 'sync_logs'
        and made.state = 'dropped'
        and made.until_id > coalesce(v_lowest, 0) + 1
        and made.from_id <= coalesce(v_highest, 9223372036854775807)
    order by made.until_id desc
    limit 1;
    if found then
        raise exception 'changes before % were dropped with range %', v_dropped.until_id, v_dropped.range_name
            using errcode = 'object_not_in_prerequisite_state',
            detail = format('It was dropped at %s; retention_days says how long the log is kept.', v_dropped.dropped_at),
            hint = 'The reader must start over: read the tables, then what changes after a new tick.';
    end if;

    return query
    select log.*
    from pgsync.sync_logs as log
    where log.id > coalesce(v_lowest, 0)
        and log.id <= coalesce(v_highest, 9223372036854775807)
        and (v_until is null or pg_visible_in_snapshot(log.captured_xid, v_until))
        and (v_after is null or not pg_visible_in_snapshot(log.captured_xid, v_after))
    order by log.id;
end;
$$;

comment on function pgsync.changes_between(bigint, bigint)
is 'The changes that committed after one tick (null: ever) and up to another (null: now), each exactly once.';
