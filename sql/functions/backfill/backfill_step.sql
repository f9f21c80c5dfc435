-- First the rows of the table, then the records that are posted and have no row. One statement reads a piece
-- of the table together with its snapshot. Nothing is locked: the snapshot tells what concurrent writers did,
-- see is_included. Code of the table's owner runs while the rows are read: see read_piece.
create or replace function pgsync.backfill_step(progress_id bigint, row_limit bigint default 1000)
returns table (row_count bigint, done bigint, expected bigint, finished boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_progress pgsync.sync_progress;
    v_source pgsync.sources;
    v_piece record;
    v_last_key jsonb;
    v_position jsonb;
    v_count bigint;
    v_job pgsync.sync_jobs;
    v_is_new boolean;
begin
    select progress.*
    into v_progress
    from pgsync.sync_progress as progress
    where progress.id = progress_id and progress.kind = 'backfill'
    for update skip locked;
    if not found then
        raise exception 'backfill % does not exist, or another session is running it', progress_id
            using errcode = 'lock_not_available';
    end if;
    if v_progress.state <> 'running' then
        return query select 0::bigint, v_progress.done, v_progress.expected, true;
        return;
    end if;

    select job.*
    into v_job
    from pgsync.sync_jobs as job
    where job.id = v_progress.job
    for update;
    if v_job.cancel_requested_at is not null or v_job.finished_at is not null then
        perform pgsync.finish_job(v_job.id, 'cancelled');
        return query select 0::bigint, v_progress.done, v_progress.expected, true;
        return;
    end if;

    select source.*
    into v_source
    from pgsync.sources as source
    where source.source_table = pgsync.table_named(v_progress.subject) and source.attached;
    if not found then
        raise exception '% is no longer attached', v_progress.subject
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('select pgsync.cancel_backfill(%s);', progress_id);
    end if;

    v_is_new := pgsync.hold_job(v_job.id) or v_job.attempts = 0;
    v_count := 0;
    v_position := v_progress.position;
    if not v_position ? 'gone' then
        v_piece := pgsync.read_piece(v_source.function_name || '_read', null, v_position -> 'after', row_limit);
        v_count := coalesce(cardinality(v_piece.found_ids), 0)::bigint;
        v_last_key := v_piece.last_key;
        perform pgsync.log_records(v_source, v_piece.found_ids, v_piece.images, v_piece.snapshot);
        v_position := case
            when v_count < row_limit then '{"gone": {}}'::jsonb
            else jsonb_build_object('after', v_last_key)
        end;
    end if;
    while v_position ? 'gone' and v_position -> 'gone' <> 'null' loop
        v_position := jsonb_build_object(
            'gone', coalesce(pgsync.log_gone(v_source, v_position -> 'gone', null, null, row_limit), 'null')
        );
        -- If it found less than it may scan, it can continue at once.
        exit when v_position -> 'gone' ? 'posted' or v_position -> 'gone' ->> 'waiting' <> '0';
    end loop;

    perform pgsync.ring_doorbell();
    update pgsync.sync_progress as progress
    set
        done = progress.done + v_count,
        position = v_position,
        phase = case when v_position ? 'gone' then 'deleted' else 'rows' end,
        updated_at = clock_timestamp(),
        state = case when v_position -> 'gone' = 'null' then 'finished' else 'running' end,
        finished_at = case when v_position -> 'gone' = 'null' then clock_timestamp() end
    where progress.id = progress_id
    returning progress.* into v_progress;

    update pgsync.sync_jobs as job
    set
        state = 'running',
        attempts = job.attempts + v_is_new::integer,
        counts = jsonb_build_object('rows', v_progress.done),
        started_at = coalesce(job.started_at, clock_timestamp()),
        heartbeat_at = clock_timestamp(),
        error_class = null,
        error_message = null
    where job.id = v_job.id;

    if v_progress.state = 'finished' then
        perform pgsync.finish_job(v_job.id, 'completed');
        -- What no trigger saw until now is logged with the row itself.
        perform pgsync.remember_growth(v_source.source_table);
    end if;
    return query select v_count, v_progress.done, v_progress.expected, v_progress.state = 'finished';
end;
$$;

comment on function pgsync.backfill_step(bigint, bigint)
is 'Adds the next rows to the log in the caller''s transaction; an interrupted step leaves nothing behind.';
