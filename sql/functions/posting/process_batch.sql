-- One call, one transaction, one round trip: claim, post, compare, audit, finish. A crash at any point leaves
-- the changes in the queue as they were. The marks tell the caller where to continue: what was visible below
-- next_mark was claimed here or is held by others. Ids become visible out of order, so smaller ones can still
-- appear, but not once a later call returns a snapshot_xmin that is not below the snapshot_xmax of this one.
-- The worker learns that from survey_queue; here it is for callers in psql.
create or replace function pgsync.process_batch(
    worker text,
    batch_limit integer default null,
    low_mark bigint default 0,
    only_sources regclass[] default null,
    isolate boolean default false,
    scheduled boolean default false
)
returns pgsync.batch_result
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_settings record;
    v_result pgsync.batch_result := pgsync.empty_result();
    v_posted pgsync.batch_result;
    v_claims pgsync.claim[];
    v_suspects pgsync.claim[];
    v_truncates pgsync.claim[];
    v_parts bigint[] := array[]::bigint[];
    v_share integer;
    v_limit integer;
    v_claim pgsync.claim;
    v_found record;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'changes must be posted in READ COMMITTED, not in %',
            upper(current_setting('transaction_isolation'))
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'An older snapshot would miss what other sessions have just posted.';
    end if;
    -- Lets the trigger that guards the queue pass what posting finishes.
    perform set_config('pgsync.finishing', 'on', true);
    -- Read the three settings with one query: in a batch of one, each query costs more than the row.
    select
        bool_or(setting.config_value::boolean) filter (where setting.config_key = 'posting_paused') as posting_paused,
        bool_or(setting.config_value::boolean) filter (where setting.config_key = 'enable_real_time_sync') as real_time,
        max(setting.config_value::integer) filter (where setting.config_key = 'queue_batch_size') as batch_size
    into strict v_settings
    from pgsync.sync_configuration as setting
    where setting.config_key in ('posting_paused', 'enable_real_time_sync', 'queue_batch_size');
    v_result.next_mark := low_mark;
    v_result.snapshot_xmin := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    v_result.snapshot_xmax := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    v_result.is_paused := v_settings.posting_paused or not (scheduled or v_settings.real_time);
    if v_result.is_paused then
        return v_result;
    end if;

    -- With room for only one, it might always be the change that made the batch fail, or never: with two, one
    -- is a scheduled change and one of the others.
    v_limit := greatest(coalesce(batch_limit, v_settings.batch_size), case when isolate then 2 else 1 end);
    select claimed.claims, claimed.suspects, claimed.next_mark, claimed.is_cut
    into v_claims, v_suspects, v_result.next_mark, v_result.is_cut
    from pgsync.claim_changes(v_limit, low_mark, only_sources) as claimed;
    -- Every id below the mark was given to a transaction that had its number before this one got its own. The
    -- end of a snapshot is no such bound: transactions that run may have numbers beyond it.
    v_result.snapshot_xmax := pg_current_xact_id()::text::bigint;

    -- A table that was emptied; a record is reversed before anything later is posted for it. The latest
    -- TRUNCATE first, which supersedes the others of its table, and all together for no more records than a
    -- batch.
    select
        exists (select from unnest(v_claims) as claim where claim.action = 'truncate') as has_truncates,
        exists (
            select
            from pgsync.sync_progress as progress
            where progress.kind = 'truncate' and progress.state = 'running'
        ) as is_emptying
    into v_found;
    if v_found.has_truncates then
        select
            array_agg(claim order by claim.log_id desc),
            ceil(v_limit::numeric / count(distinct claim.source_table))::integer
        into v_truncates, v_share
        from unnest(v_claims) as claim
        where claim.action = 'truncate';
        foreach v_claim in array v_truncates
        loop
            v_posted := case
                when isolate
                    then pgsync.post_isolated(array[v_claim], worker, v_started, v_share)
                else pgsync.post_truncate(v_claim, worker, v_started, v_share)
            end;
            v_parts := v_parts || v_posted.truncated_part;
            v_result := pgsync.add_results(v_result, v_posted);
        end loop;
        -- One is read at a time, chosen at random, so that no owner's tables come first. The others follow.
        v_parts := array_remove(v_parts, null);
        if cardinality(v_parts) > 1 then
            v_result.truncated_part := v_parts[1 + floor(random() * cardinality(v_parts))::integer];
            update pgsync.sync_queue as queue
            set scheduled_at = clock_timestamp() + interval '50 milliseconds' * greatest(part.place - 1, 1)
            from unnest(v_parts) with ordinality as part (log_id, place)
            where queue.log_id = part.log_id;
        end if;
        select coalesce(array_agg(claim), '{}')
        into v_claims
        from unnest(v_claims) as claim
        where claim.action <> 'truncate';
    end if;

    if v_found.is_emptying or v_found.has_truncates then
        perform pgsync.finish_emptying(v_claims || v_suspects);
    end if;
    -- First, because a later change of the record may be among the others.
    if cardinality(v_suspects) > 0 then
        v_result := pgsync.add_results(v_result, pgsync.post_isolated(v_suspects, worker, v_started));
    end if;
    if cardinality(v_claims) > 0 then
        v_posted := case
            when isolate then pgsync.post_isolated(v_claims, worker, v_started)
            else pgsync.post_claims(v_claims, worker, v_started)
        end;
        if v_truncates is null and v_suspects is null then
            v_posted.next_mark := v_result.next_mark;
            v_posted.snapshot_xmin := v_result.snapshot_xmin;
            v_posted.snapshot_xmax := v_result.snapshot_xmax;
            v_posted.is_cut := v_result.is_cut;
            v_posted.emptied := 0;
            v_result := v_posted;
        else
            v_result := pgsync.add_results(v_result, v_posted);
        end if;
    end if;
    v_result.next_mark := least(v_result.next_mark, v_result.first_left);
    return v_result;
end;
$$;

comment on function pgsync.process_batch(text, integer, bigint, regclass[], boolean, boolean)
is 'Claims waiting changes and posts them in one transaction; isolate finds those that make a batch fail.';
