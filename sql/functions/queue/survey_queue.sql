-- Scans without a lock, so it also sees what other sessions hold: nothing that waits is below the oldest
-- change it finds. Ids become visible out of order, so that is final only below an id that was given out
-- before a transaction number which no running transaction is below any more: last_id of one survey,
-- snapshot_xmax of a later one, snapshot_xmin of a still later one. For some tables alone, one call does not
-- read past all changes of others: then seen_through says where the next call continues.
--
-- snapshot_xmax is the number of this transaction itself, where there are ids from the mark on: the end of a
-- snapshot is only beyond what has ended, and transactions that run may have numbers, and ids, beyond it.
create or replace function pgsync.survey_queue(
    low_mark bigint default 0,
    only_sources regclass[] default null,
    scheduled boolean default false,
    out oldest bigint,
    out is_due boolean,
    out due_in_seconds double precision,
    out seen_through bigint,
    out is_paused boolean,
    out last_id bigint,
    out snapshot_xmin bigint,
    out snapshot_xmax bigint
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_waiting record;
begin
    snapshot_xmin := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    is_paused := pgsync.configuration_boolean('posting_paused')
        or not (scheduled or pgsync.configuration_boolean('enable_real_time_sync'));

    if only_sources is null then
        select queue.log_id
        into oldest
        from pgsync.sync_queue as queue
        where queue.log_id >= low_mark
            and queue.sync_status = 'pending'
            and queue.scheduled_at is null
        order by queue.log_id
        limit 1;
    else
        v_waiting := pgsync.find_waiting(only_sources, low_mark, 1);
        oldest := v_waiting.log_ids[1];
        if v_waiting.is_cut then
            seen_through := v_waiting.seen;
        end if;
    end if;

    is_due := exists (
        select
        from pgsync.sync_queue as queue
        where queue.scheduled_at <= now()
            and queue.sync_status = 'pending'
            and (
                only_sources is null
                or (
                    select log.source_table = any(only_sources)
                    from pgsync.sync_logs as log
                    where log.id = queue.log_id
                )
            )
    );

    -- Of any table: one scan in vain is cheaper than finding out.
    select extract(epoch from queue.scheduled_at - clock_timestamp())::double precision
    into due_in_seconds
    from pgsync.sync_queue as queue
    where queue.scheduled_at > now()
        and queue.scheduled_at < 'infinity'
        and queue.sync_status = 'pending'
    order by queue.scheduled_at
    limit 1;

    select sequence.last_value into last_id from pgsync.sync_logs_id_seq as sequence;
    snapshot_xmax := case
        when last_id >= low_mark then pg_current_xact_id()
        else pg_snapshot_xmax(pg_current_snapshot())
    end::text::bigint;
end;
$$;

comment on function pgsync.survey_queue(bigint, regclass[], boolean)
is 'What is ready to post, from a mark on: the oldest change, and when the next scheduled one is due.';
