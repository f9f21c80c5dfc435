-- The caller passes what was reversed in one step; truncate_steps has what several steps reversed.
create or replace function pgsync.finish_truncate(
    claim pgsync.claim,
    worker text,
    started_at timestamptz,
    progress_id bigint,
    emptied integer default 0,
    taken_back bigint[] default '{}',
    superseded_by bigint default null
)
returns pgsync.batch_result
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_result pgsync.batch_result := pgsync.empty_result();
    v_ids bigint[];
    v_outcome pgsync.outcome;
begin
    if progress_id is null then
        v_ids := nullif(taken_back, '{}');
    else
        -- A session that does a part of it first holds a share until it commits; see finish_emptying.
        perform from pgsync.sync_progress as progress where progress.id = progress_id for update;
        update pgsync.sync_progress as progress
        set
            state = 'finished',
            done = progress.done + emptied,
            position = '{}',
            updated_at = clock_timestamp(),
            finished_at = clock_timestamp()
        where progress.id = progress_id;
        with ended as (
            delete from pgsync.truncate_steps as step
            where step.log_id = claim.log_id
            returning step.id, step.entry_ids
        )

        select array_agg(taken.id order by ended.id, taken.place)
        into v_ids
        from ended
        cross join lateral unnest(ended.entry_ids) with ordinality as taken (id, place);
    end if;
    v_outcome := case
        when v_ids is not null then 'reversed'
        when superseded_by is not null then 'superseded'
        else 'unchanged'
    end::pgsync.outcome;
    insert into pgsync.sync_audit_log (
        log_id, attempt, outcome, source_table, record_id, entry_ids, superseded_by, worker, duration, correlation_id
    )
    values (
        claim.log_id, claim.attempts + 1, v_outcome, claim.source_table, claim.record_id,
        case when cardinality(v_ids) <= 100000 then v_ids end, finish_truncate.superseded_by, finish_truncate.worker,
        clock_timestamp() - finish_truncate.started_at, claim.correlation_id
    );
    delete from pgsync.sync_queue as queue where queue.log_id = claim.log_id;

    v_result.claimed := 1;
    v_result.emptied := emptied;
    v_result.applied_ids := array[claim.log_id];
    v_result.reversed := (v_outcome = 'reversed')::integer;
    v_result.superseded := (v_outcome = 'superseded')::integer;
    v_result.unchanged := (v_outcome = 'unchanged')::integer;
    return v_result;
end;
$$;

comment on function pgsync.finish_truncate(pgsync.claim, text, timestamptz, bigint, integer, bigint[], bigint)
is 'Records what a TRUNCATE has reversed, and ends it.';
