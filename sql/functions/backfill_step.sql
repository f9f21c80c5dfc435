create or replace function pgsync.backfill_step(progress_id bigint, row_limit bigint default 1000)
returns table (row_count bigint, done bigint, expected bigint, finished boolean)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_progress pgsync.sync_progress;
    v_function text;
    v_last_key jsonb;
    v_count bigint;
begin
    select progress.*
    into v_progress
    from pgsync.sync_progress as progress
    where progress.id = progress_id and progress.kind = 'backfill'
    for update skip locked;
    if not found then
        raise exception 'backfill % does not exist or is being worked on by somebody else', progress_id
            using errcode = 'lock_not_available';
    end if;
    if v_progress.state <> 'running' then
        return query select 0::bigint, v_progress.done, v_progress.expected, true;
        return;
    end if;

    select source.function_name || '_backfill'
    into v_function
    from pgsync.sources as source
    where source.source_table = v_progress.subject::regclass and source.attached;
    if not found then
        raise exception '% is not attached any more', v_progress.subject
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('select pgsync.cancel_backfill(%s);', progress_id);
    end if;

    execute format('select * from pgsync.%I($1, $2)', v_function)
    into v_count, v_last_key
    using v_progress.position -> 'after', row_limit;

    if v_count > 0 then
        perform pgsync.ring_doorbell();
    end if;
    update pgsync.sync_progress as progress
    set
        done = progress.done + v_count,
        position = case
            when v_last_key is null then progress.position else jsonb_build_object('after', v_last_key)
        end,
        updated_at = clock_timestamp(),
        state = case when v_count < row_limit then 'finished' else 'running' end,
        finished_at = case when v_count < row_limit then clock_timestamp() end
    where progress.id = progress_id
    returning progress.* into v_progress;

    if v_progress.state = 'finished' then
        -- What no trigger saw until now is in the log with the row itself.
        perform pgsync.remember_growth(v_progress.subject::regclass);
    end if;
    return query select v_count, v_progress.done, v_progress.expected, v_progress.state = 'finished';
end;
$$;

comment on function pgsync.backfill_step(bigint, bigint)
is 'Brings the next rows into the log, in the transaction of the caller; an interrupted step has not begun.';
