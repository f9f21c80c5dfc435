-- If one partition was emptied, the log does not say which records were in it; the table shows which are
-- gone. A call scans some thousands of records; sync_progress keeps how far it is. It is a separate
-- statement, not a part of process_batch, because code of the table's owner runs in it: the caller gives up
-- the session afterwards.
create or replace function pgsync.find_truncated(log_id bigint)
returns boolean
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_attempts integer;
    v_change pgsync.sync_logs;
    v_source pgsync.sources;
    v_progress pgsync.sync_progress;
    v_position jsonb;
begin
    select queue.attempts
    into v_attempts
    from pgsync.sync_queue as queue
    where queue.log_id = find_truncated.log_id and queue.sync_status = 'pending'
    for update skip locked;
    if not found then
        return false;
    end if;
    select own.* into v_change from pgsync.sync_logs as own where own.id = find_truncated.log_id;
    if v_change.action <> 'truncate' then
        raise exception 'change % is not a TRUNCATE', find_truncated.log_id
            using errcode = 'invalid_parameter_value';
    end if;
    select own.* into v_source from pgsync.sources as own where own.source_table = v_change.source_table;
    -- A TRUNCATE of a whole table is posted in steps, by process_batch.
    if pgsync.table_named(v_change.data ->> 'table') = v_change.source_table then
        raise exception 'change % emptied its whole table', find_truncated.log_id
            using errcode = 'invalid_parameter_value';
    end if;
    if v_source.paused_at is not null or pgsync.configuration_boolean('posting_paused') then
        return false;
    end if;

    insert into pgsync.sync_progress as progress (kind, subject)
    values ('truncated_part', find_truncated.log_id::text)
    on conflict (kind, subject) where state = 'running' do update set updated_at = clock_timestamp()
    returning progress.* into v_progress;
    v_position := coalesce(v_progress.position -> 'gone', '{}');
    loop
        v_position := pgsync.log_gone(v_source, v_position, v_change.id, v_change.correlation_id, 10000);
        -- If it found less than it may scan, it can continue at once.
        exit when v_position is null or v_position ? 'posted' or v_position ->> 'waiting' <> '0';
    end loop;
    update pgsync.sync_progress as progress
    set
        position = jsonb_build_object('gone', v_position),
        updated_at = clock_timestamp(),
        state = case when v_position is null then 'finished' else 'running' end,
        finished_at = case when v_position is null then clock_timestamp() end
    where progress.id = v_progress.id;
    if v_position is not null then
        update pgsync.sync_queue as queue
        set scheduled_at = clock_timestamp()
        where queue.log_id = v_change.id;
        return false;
    end if;

    insert into pgsync.sync_audit_log (
        log_id, attempt, outcome, source_table, record_id, worker, duration, correlation_id
    )
    values (
        v_change.id, v_attempts + 1, 'unchanged', v_change.source_table, v_change.record_id,
        coalesce(nullif(current_setting('application_name'), ''), session_user::text), clock_timestamp() - v_started,
        v_change.correlation_id
    );
    perform set_config('pgsync.finishing', 'on', true);
    delete from pgsync.sync_queue as queue where queue.log_id = v_change.id;
    return true;
end;
$$;

comment on function pgsync.find_truncated(bigint)
is 'Logs the next records removed by a TRUNCATE of part of their table; false: there may be more.';
