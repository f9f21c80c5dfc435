create or replace function pgsync.process_one(worker text, log_id bigint, holds_slot boolean default true)
returns pgsync.batch_result
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_slot constant smallint := (select log.slot from pgsync.sync_logs as log where log.id = process_one.log_id);
    v_result pgsync.batch_result := pgsync.empty_result();
    v_claim pgsync.claim;
begin
    if holds_slot and not pgsync.has_lock(1886876532 /* slots */, v_slot) then
        raise exception 'change % was not announced in this session', process_one.log_id
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform set_config('pgsync.finishing', 'on', true);
    perform pg_advisory_xact_lock(1886876532 /* slots */, v_slot);
    v_claim := pgsync.claim_one(process_one.log_id);
    if v_claim.log_id is not null and not exists (
        select
        from pgsync.sync_queue as queue
        where queue.log_id = process_one.log_id and queue.locked_at is not null
    ) then
        raise exception 'change % was not announced', process_one.log_id
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'pgsync.begin_careful announces the next change; pgsync.post_now posts a record at once.';
    end if;
    if v_claim.log_id is not null and pgsync.configuration_boolean('posting_paused') then
        v_result.is_paused := true;
    elsif v_claim.log_id is not null then
        perform pgsync.finish_emptying(array[v_claim]);
        v_result := case
            when v_claim.action = 'truncate' then pgsync.post_truncate(v_claim, worker, v_started)
            else pgsync.post_isolated(array[v_claim], worker, v_started)
        end;
    end if;
    -- Whatever its outcome, this attempt came back.
    update pgsync.sync_queue as queue
    set locked_at = null
    where queue.log_id = process_one.log_id and queue.locked_at is not null;
    if holds_slot then
        perform pg_advisory_unlock(1886876532 /* slots */, v_slot);
    end if;
    return v_result;
end;
$$;

comment on function pgsync.process_one(text, bigint, boolean)
is 'Posts the one change that begin_careful announced, or releases it while posting is paused.';
