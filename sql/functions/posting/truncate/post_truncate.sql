-- Emptying a table takes back whatever stands for its records: in steps, one at each call, so that
-- no transaction is long. How far it is stands in sync_progress:
-- 1. The first step sets truncated_through: from then on nothing counts that was captured before. Who was
--    posting at that moment may not know, so each slot has to be seen free once.
-- 2. What failed before is freed, to be found overtaken.
-- 3. The records are gone through.
-- What came later is posted meanwhile; see finish_emptying. A later TRUNCATE of the table overtakes this one
-- and goes on where this one was, round to where it began itself: so many of them, one after the other, cost
-- no more than two, and they get on although more keep coming.
create or replace function pgsync.post_truncate(
    claim pgsync.claim,
    worker text,
    started_at timestamptz,
    record_limit integer default 500
)
returns pgsync.batch_result
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_result pgsync.batch_result := pgsync.empty_result();
    v_truncation pgsync.sync_logs;
    v_progress_id bigint;
    v_position jsonb;
    v_slots smallint[];
    v_failed record;
    v_emptied record;
    v_taken_back bigint[] := array[]::bigint[];
    v_is_stuck boolean;
    v_is_back boolean;
    v_is_done boolean := false;
    v_overtaken_by bigint;
    v_not_before timestamptz;
begin
    if exists (
        select
        from pgsync.sources as source
        where source.source_table = claim.source_table and source.paused_at is not null
    ) then
        perform pgsync.defer_changes(array[claim.log_id]);
        v_result.claimed := 1;
        v_result.deferred := 1;
        return v_result;
    elsif exists (
        select
        from pg_catalog.pg_class as relation
        where relation.oid = claim.source_table
            and relation.relkind = 'p'
            and relation.oid is distinct from pgsync.table_named(claim.data ->> 'table')
    ) then
        -- Only the table knows which records were in a part, and reading it runs code of its owner: not here,
        -- but in find_truncated. Until that is called, this change takes its turn among the scheduled ones,
        -- so that many of them block nothing else. If the table could not be read for another part, it waits
        -- until that one is retried, or for a minute.
        v_not_before := (
            select max(queue.scheduled_at)
            from pgsync.sync_queue as queue
            inner join pgsync.sync_logs as log on queue.log_id = log.id
            where queue.error_class is not null
                and queue.record_hash = hashtext(claim.record_id)
                and queue.log_id <> claim.log_id
                and queue.sync_status = 'pending'
                and queue.scheduled_at > clock_timestamp()
                and log.source_table = claim.source_table
                and log.action = 'truncate'
        );
        update pgsync.sync_queue as queue
        set
            scheduled_at = clock_timestamp() + case
                when v_not_before is null then interval '50 milliseconds'
                else least(v_not_before - clock_timestamp(), interval '1 minute')
            end
        where queue.log_id = claim.log_id;
        v_result.claimed := 1;
        v_result.deferred := 1;
        if v_not_before is null then
            v_result.truncated_part := claim.log_id;
        end if;
        return v_result;
    elsif exists (
        select
        from pgsync.sources as source
        where source.source_table = claim.source_table
            and source.trigger_kind = 'row'
            and source.table_name <> claim.data ->> 'table'
            and not exists (select from pg_catalog.pg_class as relation where relation.oid = source.source_table)
    ) then
        -- If the table is gone, nothing can tell which records were in that part.
        return pgsync.finish_truncate(claim, worker, started_at, null);
    end if;

    v_result.claimed := 1;
    select log.* into v_truncation from pgsync.sync_logs as log where log.id = claim.log_id;
    select progress.id, progress.position
    into v_progress_id, v_position
    from pgsync.sync_progress as progress
    where progress.kind = 'truncate' and progress.subject = claim.log_id::text and progress.state = 'running';
    select source.truncated_through
    into v_overtaken_by
    from pgsync.sources as source
    where source.source_table = claim.source_table and source.truncated_through > claim.log_id;
    if v_progress_id is null and v_overtaken_by is null then
        -- Posting never waits for an operator, who may be waiting for it.
        update pgsync.sources as source
        set truncated_through = greatest(source.truncated_through, claim.log_id)
        where source.source_table = (
            select own.source_table
            from pgsync.sources as own
            where own.source_table = claim.source_table
            for update skip locked
        );
        if not found then
            update pgsync.sync_queue as queue
            set scheduled_at = clock_timestamp() + interval '50 milliseconds'
            where queue.log_id = claim.log_id;
            v_result.deferred := 1;
            return v_result;
        end if;
        v_position := jsonb_build_object(
            'slots', array(select generate_series(0, 1023)),
            'failed_hash', -2147483648,
            'failed_id', 0,
            'failures_are_done', false,
            'from', '',
            'until', '',
            'missed', array[]::text[]
        ) || coalesce(
            (
                select jsonb_build_object('from', earlier.position -> 'from', 'until', earlier.position -> 'from')
                from pgsync.sync_progress as earlier
                inner join pgsync.sync_logs as log on log.id = earlier.subject::bigint
                where earlier.kind = 'truncate'
                    and earlier.state = 'running'
                    and log.source_table = claim.source_table
                order by log.id desc
                limit 1
            ),
            '{}'
        );
    end if;

    if v_overtaken_by is not null then
        return pgsync.finish_truncate(claim, worker, started_at, v_progress_id, superseded_by => v_overtaken_by);
    end if;

    v_slots := array(
        select slot.number::smallint
        from jsonb_array_elements_text(v_position -> 'slots') as slot (number)
        where not pg_try_advisory_xact_lock(1886876532 /* slots */, slot.number::integer)
    );
    v_position := v_position || jsonb_build_object('slots', v_slots);
    v_is_stuck := v_slots <> '{}';
    if not v_is_stuck and not (v_position -> 'failures_are_done')::boolean then
        v_failed := pgsync.free_overtaken(
            v_truncation,
            (v_position ->> 'failed_hash')::integer,
            (v_position ->> 'failed_id')::bigint,
            record_limit
        );
        v_position := v_position || jsonb_build_object(
            'failed_hash', v_failed.last_hash,
            'failed_id', v_failed.last_id,
            'failures_are_done', v_failed.is_done
        );
    end if;
    if not v_is_stuck and (v_position -> 'failures_are_done')::boolean then
        v_emptied := pgsync.empty_next(
            v_truncation,
            v_position ->> 'from',
            array(select jsonb_array_elements_text(v_position -> 'missed')),
            record_limit
        );
        -- The end of the table is the end, or half way for one that did not begin at the first record.
        v_is_back := coalesce((v_position -> 'is_back')::boolean, v_position ->> 'until' = '');
        v_is_done := v_is_back and (
            v_emptied.is_done
            or (
                v_position ->> 'until' <> ''
                and v_emptied.next_record >= (v_position ->> 'until') collate "C"
                and v_emptied.missed_now = '{}'
            )
        );
        v_position := v_position || jsonb_build_object(
            'from', case when v_emptied.is_done and not v_is_back then '' else v_emptied.next_record end,
            'is_back', v_is_back or v_emptied.is_done,
            'missed', v_emptied.missed_now
        );
        v_result.emptied := v_emptied.number;
        v_taken_back := v_emptied.taken_back;
        v_is_stuck := v_emptied.number = 0 and v_emptied.missed_now <> '{}';
        if v_taken_back <> '{}' and (v_progress_id is not null or not v_is_done) then
            insert into pgsync.truncate_steps (log_id, entry_ids) values (claim.log_id, v_taken_back);
        end if;
    end if;

    if not v_is_done then
        if v_progress_id is null then
            insert into pgsync.sync_progress (kind, subject, done, position)
            values ('truncate', claim.log_id::text, v_result.emptied, v_position);
        else
            update pgsync.sync_progress as progress
            set done = progress.done + v_result.emptied, position = v_position, updated_at = clock_timestamp()
            where progress.id = v_progress_id;
        end if;
        if v_is_stuck then
            -- Other sessions hold what it needs.
            update pgsync.sync_queue as queue
            set scheduled_at = clock_timestamp() + interval '50 milliseconds'
            where queue.log_id = claim.log_id;
            v_result.deferred := 1;
        else
            v_result.left_waiting := 1;
            v_result.first_left := claim.log_id;
        end if;
        return v_result;
    end if;

    return pgsync.finish_truncate(
        claim, worker, started_at, v_progress_id, emptied => v_result.emptied, taken_back => v_taken_back
    );
end;
$$;

comment on function pgsync.post_truncate(pgsync.claim, text, timestamptz, integer)
is 'Reverses entries of a table that was emptied, for so many records; a later call continues.';
