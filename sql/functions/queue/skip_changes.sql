-- It takes the slots before it looks, like posting: so no session finds a change that is just being skipped,
-- and then waits for it.
create or replace function pgsync.skip_changes(log_ids bigint[], reason text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
set lock_timeout = '10s'
as $$
declare
    v_count bigint;
    v_begun bigint;
begin
    if coalesce(reason, '') !~ '[^[:space:]]' then
        raise exception 'a reason is required to skip a change' using errcode = 'invalid_parameter_value';
    elsif length(reason) > 1000 then
        raise exception 'a reason must not exceed 1,000 characters; this one has %', length(reason)
            using errcode = 'invalid_parameter_value';
    end if;
    perform set_config('pgsync.finishing', 'on', true);
    perform pg_advisory_xact_lock(1886876532 /* slots */, listed.slot)
    from (
        select distinct queue.slot
        from pgsync.sync_queue as queue
        where queue.log_id = any(log_ids)
        order by queue.slot
    ) as listed;
    -- What has been reversed stays so: half a TRUNCATE cannot be skipped.
    select begun.log_id
    into v_begun
    from (
        select step.log_id
        from pgsync.truncate_steps as step
        where step.log_id = any(log_ids)
        union all
        -- Other changes have ended because of it.
        select source.truncated_through
        from pgsync.sources as source
        where source.truncated_through = any(log_ids)
    ) as begun
    inner join pgsync.sync_queue as queue on begun.log_id = queue.log_id
    limit 1;
    if found then
        raise exception 'change % is a TRUNCATE that has already reversed entries', v_begun
            using errcode = 'object_not_in_prerequisite_state',
            hint = 'Fix what it failed on, then retry it: it continues where it stopped.';
    end if;
    update pgsync.sync_progress as progress
    set state = 'cancelled', finished_at = clock_timestamp(), updated_at = clock_timestamp()
    where progress.kind in ('truncate', 'truncated_part')
        and progress.state = 'running'
        and progress.subject = any(log_ids::text[]);

    with taken as (
        delete from pgsync.sync_queue as queue
        where queue.log_id = any(log_ids)
        returning queue.log_id, queue.attempts
    ),

    skipped as materialized (
        select
            taken.log_id,
            taken.attempts,
            log.source_table,
            log.record_id,
            log.correlation_id,
            pgsync.site_of(log.source_table, log.record_id, log.data) as site,
            log.action <> 'truncate' as is_of_record
        from taken
        cross join lateral (
            select own.*
            from pgsync.sync_logs as own
            where own.id = taken.log_id
            offset 0
        ) as log
    ),

    audited as (
        insert into pgsync.sync_audit_log (
            log_id, attempt, outcome, source_table, record_id, previous_change, error_message, worker, correlation_id,
            site
        )
        select
            skipped.log_id,
            skipped.attempts + 1,
            'skipped',
            skipped.source_table,
            skipped.record_id,
            coalesce(
                lag(skipped.log_id) over (
                    partition by skipped.source_table, skipped.record_id
                    order by skipped.log_id
                ),
                nullif(master.last_audited, skipped.log_id)
            ),
            skip_changes.reason,
            pgsync.actor(),
            skipped.correlation_id,
            skipped.site
        from skipped
        left join lateral (
            select own.last_audited
            from pgsync.sync_master_status as own
            where own.source_table = skipped.source_table
                and own.record_id = pgsync.short_id(skipped.record_id) collate "C"
            offset 0
        ) as master on true
    ),

    noted as (
        insert into pgsync.sync_master_status as present (source_table, record_id, last_change, last_audited, site)
        select
            skipped.source_table,
            pgsync.short_id(skipped.record_id),
            0,
            max(skipped.log_id),
            (array_agg(skipped.site order by skipped.log_id desc))[1]
        from skipped
        where skipped.is_of_record
        group by skipped.source_table, skipped.record_id
        on conflict on constraint sync_master_status_pkey do update
        set last_audited = excluded.last_audited, updated_at = excluded.updated_at
    )

    select count(*) into v_count from skipped;
    if v_count > 0 then
        perform pgsync.ring_doorbell();
    end if;
    return v_count;
end;
$$;

comment on function pgsync.skip_changes(bigint[], text)
is 'Ends waiting or failed changes without posting them, for a reason that the audit log keeps.';
