-- For callers that need the entry at once. It posts the newest change of the record that the caller can see,
-- including its own uncommitted one, and waits for a worker that holds the record. A failure is recorded and
-- left for a retry, and the caller's transaction continues; only a transient error is raised.
create or replace function pgsync.post_now(source regclass, record_id text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
    v_slot constant smallint := pgsync.slot_of(post_now.record_id);
    v_worker constant text := coalesce(nullif(current_setting('application_name'), ''), session_user::text);
    v_claims pgsync.claim[];
    v_is_encrypted boolean;
    v_log_id bigint;
    v_result pgsync.batch_result;
begin
    perform set_config('pgsync.finishing', 'on', true);
    perform pg_advisory_xact_lock(1886876532 /* slots */, v_slot);

    -- Usually the caller has just made the change, and only the newest counts.
    select recent.id
    into v_log_id
    from (
        select log.id, log.source_table, log.record_id, log.captured_xid
        from pgsync.sync_logs as log
        order by log.id desc
        limit 1000
    ) as recent
    where recent.captured_xid = pg_current_xact_id_if_assigned()
        and recent.source_table = post_now.source
        and recent.record_id = post_now.record_id
    limit 1;

    loop
        select array_agg(
            row(
                queue.log_id, log.source_table, log.record_id, log.action, log.data, queue.slot, log.captured_xid,
                log.captured_at, log.snapshot, log.correlation_id, queue.retry_count, queue.attempts
            )::pgsync.claim
        ),
        bool_or(log.image_key is not null)
        into v_claims, v_is_encrypted
        from (
            select own.log_id, own.slot, own.retry_count, own.attempts
            from pgsync.sync_queue as own
            where own.slot = v_slot and own.log_id >= coalesce(v_log_id, 0)
            for update skip locked
        ) as queue
        cross join lateral (
            select change.*
            from pgsync.sync_logs as change
            where change.id = queue.log_id
                and change.source_table = post_now.source
                and change.record_id = post_now.record_id
                and change.action <> 'truncate'
            offset 0
        ) as log;

        exit when v_claims is null;
        if pgsync.configuration_boolean('posting_paused') then
            return null;
        end if;
        -- Without a private key this is for a worker to do, and no attempt.
        if v_is_encrypted and coalesce(current_setting('pgsync.image_keys', true), '') = '' then
            return null;
        end if;
        perform pgsync.finish_emptying(v_claims);
        v_result := pgsync.post_isolated(v_claims, v_worker);
        if v_result.failed + v_result.deferred > 0 then
            return null;
        end if;
        exit when v_result.left_waiting = 0;
    end loop;
    return (
        select master.entry_ids[1]
        from pgsync.sync_master_status as master
        where master.source_table = post_now.source and master.record_id = pgsync.short_id(post_now.record_id) collate "C"
    );
end;
$$;

comment on function pgsync.post_now(regclass, text)
is 'Posts a record in the caller''s transaction: its entry, or null if it has none; see Posting.md.';
