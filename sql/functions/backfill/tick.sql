-- The id is read before the transaction of the tick gets its number. A transaction with a greater number then
-- only has greater ids, because it too gets its number before it asks for an id; that bounds what a reader
-- has to scan. The snapshot could not do that: a running transaction may have a number beyond its end.
create or replace function pgsync.tick()
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_last_id bigint;
    v_next_xid xid8;
    v_tick_id bigint;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'pgsync.tick needs a current snapshot: use READ COMMITTED'
            using errcode = 'invalid_transaction_state';
    end if;
    if pg_current_xact_id_if_assigned() is not null then
        raise exception 'pgsync.tick must run in a transaction that has not written yet'
            using errcode = 'invalid_transaction_state';
    end if;
    if (
        select pg_snapshot_xmin(newest.snapshot) > pg_snapshot_xmax(pg_current_snapshot())
        from pgsync.ticks as newest
        order by newest.id desc
        limit 1
    ) then
        raise exception 'the ticks are ahead of the transaction numbers of this server'
            using errcode = 'object_not_in_prerequisite_state',
            detail = 'The database was restored on a server with lower transaction numbers.',
            hint = 'Readers must start over: delete from pgsync.ticks;';
    end if;

    -- One tick at a time, so that their order is the order of their snapshots.
    perform pg_advisory_xact_lock(1886876531, 3 /* ticks */);
    -- A sequence that was never used reports 1, like one that has given out 1.
    select sequence.last_value - (not sequence.is_called)::integer
    into v_last_id
    from pgsync.sync_logs_id_seq as sequence;
    v_next_xid := pg_current_xact_id();
    insert into pgsync.ticks (snapshot, last_log_id, next_xid)
    values (pg_current_snapshot(), v_last_id, v_next_xid)
    returning ticks.id into v_tick_id;
    return v_tick_id;
end;
$$;

comment on function pgsync.tick()
is 'Marks a point up to which readers can read the log; returns its id.';
