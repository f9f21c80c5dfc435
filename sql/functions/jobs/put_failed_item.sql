-- The wait before the next attempt grows as that of a change does: see reschedule.
create or replace function pgsync.put_failed_item(
    job bigint,
    item_id text,
    error_class text,
    error_message text,
    payload jsonb default null,
    error_column text default null,
    max_attempts integer default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_limit constant integer := coalesce(
        put_failed_item.max_attempts, pgsync.configuration_integer('max_retry_attempts')::integer
    );
    v_is_permanent boolean;
    v_job pgsync.sync_jobs;
    v_item pgsync.sync_failed_items;
begin
    v_job := pgsync.running_job(put_failed_item.job);
    -- What comes from elsewhere may be put right there.
    v_is_permanent := v_job.kind <> 'import'
        and put_failed_item.error_class like any(pgsync.permanent_error_classes());
    select item.*
    into v_item
    from pgsync.sync_failed_items as item
    where item.kind = v_job.kind
        and item.subject = v_job.subject
        and item.item_id = pgsync.short_id(put_failed_item.item_id)
        -- One of an import that was given up may be tried again by a person, and is still the same.
        and (item.state = 'open' or v_job.kind = 'import' and item.state = 'given_up')
    order by item.state = 'open' desc, item.id desc
    limit 1
    for update;

    v_item.attempts := coalesce(v_item.attempts, 0) + 1;
    v_item.state := case when v_is_permanent or v_item.attempts >= v_limit then 'given_up' else 'open' end;
    v_item.next_attempt_at := case
        when v_item.state = 'open'
            then clock_timestamp() + make_interval(
                secs => least(
                    pgsync.configuration_number('retry_delay_seconds')
                    * pgsync.configuration_number('retry_backoff_multiplier') ^ least(v_item.attempts - 1, 100)
                    * (0.9 + 0.2 * random()::numeric),
                    86400
                )::double precision
            )
    end;
    if v_item.id is null then
        insert into pgsync.sync_failed_items as item (
            job, kind, subject, item_id, payload, error_class, error_message, error_column, max_attempts,
            next_attempt_at, state
        )
        values (
            v_job.id, v_job.kind, v_job.subject, pgsync.short_id(put_failed_item.item_id), put_failed_item.payload,
            put_failed_item.error_class, put_failed_item.error_message, put_failed_item.error_column,
            v_limit, v_item.next_attempt_at, v_item.state
        )
        returning item.id into v_item.id;
    else
        update pgsync.sync_failed_items as item
        set
            job = v_job.id,
            payload = coalesce(put_failed_item.payload, item.payload),
            error_class = put_failed_item.error_class,
            error_message = put_failed_item.error_message,
            error_column = put_failed_item.error_column,
            attempts = v_item.attempts,
            max_attempts = v_limit,
            next_attempt_at = v_item.next_attempt_at,
            state = v_item.state,
            last_seen_at = clock_timestamp()
        where item.id = v_item.id;
    end if;

    update pgsync.sync_progress as progress
    set failed = progress.failed + 1, updated_at = clock_timestamp()
    where progress.job = v_job.id and progress.state = 'running';
    return v_item.id;
end;
$$;

comment on function pgsync.put_failed_item(bigint, text, text, text, jsonb, text, integer)
is 'Records that an item of a job failed; it is tried again later, or given up after too many failures.';
