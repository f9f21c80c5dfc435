-- Healing adds a change of the record as it is now, in the snapshot in which it was read, as a backfill does:
-- so a change that comes meanwhile still wins. Rows are read before any lock is taken. Where the status is
-- wrong, it is taken from the journal first, under the record's slot, so that no poster works on it. One
-- look through the journal finds entries that the status should name: without it they would be posted twice.
create or replace function pgsync.heal_step(job bigint, record_limit bigint)
returns table (row_count bigint, next jsonb)
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
set jit = off
as $$
#variable_conflict use_column
declare
    v_run pgsync.verify_runs;
    v_obstacle text;
    v_left bigint;
    v_due pgsync.sync_differences[];
    v_source regclass;
    v_records text[];
    v_verdicts pgsync.record_verdict[];
    v_attached pgsync.sources;
    v_piece record;
    v_standing bigint[];
    v_pair record;
begin
    select run.* into v_run from pgsync.verify_runs as run where run.job = heal_step.job;
    v_obstacle := pgsync.heal_obstacle(v_run.job);
    -- Rows are not read while this transaction has locks that code of their owner could release.
    if v_obstacle is null and exists (
        select
        from pg_catalog.pg_locks as held
        where held.pid = pg_backend_pid()
            and held.locktype = 'advisory'
            and held.classid = 1886876532 /* slots */
            and held.objsubid = 2
    ) then
        v_obstacle := 'one transaction heals no more of these: verify again';
    end if;
    v_left := pgsync.configuration_integer('heal_limit_records') - (
        select count(*)
        from pgsync.sync_heals as heal
        where heal.job = v_run.job
    );
    if v_obstacle is null and v_left <= 0 then
        v_obstacle := 'heal_limit_records allows no more in one verification';
    end if;
    -- One table at a time, whose rows are read together.
    v_due := array(
        select due
        from (
            select difference.*
            from pgsync.sync_differences as difference
            inner join pgsync.difference_kinds() as known
                on difference.kind = known.kind and known.healing <> 'person'
            inner join pgsync.sources as source
                on difference.source_table = source.source_table and source.attached
            where difference.last_job = v_run.job and difference.state = 'open'
            order by difference.source_table::oid, difference.record_id, known.healing <> 'status', difference.id
            limit least(record_limit, greatest(v_left, 1))
        ) as due
    );
    if v_due = '{}' then
        return query select 0::bigint, null::jsonb;
        return;
    elsif v_obstacle is not null or v_run.dry_run then
        update pgsync.verify_runs as run
        set heal_stopped = coalesce(v_obstacle, 'dry run')
        where run.job = v_run.job;
        return query select 0::bigint, null::jsonb;
        return;
    end if;

    v_source := v_due[1].source_table;
    v_due := array(select own from unnest(v_due) as own where own.source_table = v_source);
    select source.*
    into v_attached
    from pgsync.sources as source
    where source.source_table = v_source and source.attached;
    v_records := array(
        select distinct coalesce(log.record_id, own.record_id)
        from unnest(v_due) as own
        left join pgsync.sync_master_status as master
            on own.source_table = master.source_table and own.record_id = master.record_id
        -- Only the log has the whole of a long id.
        left join pgsync.sync_logs as log
            on log.id = coalesce(own.change_id, master.last_audited) and octet_length(own.record_id) > 500
    );
    v_piece := pgsync.read_piece(v_attached.function_name || '_read', v_records, null, null);
    v_verdicts := array(
        select compared
        from pgsync.compare_records(
            v_source, v_records, pgsync.pair_images(v_records, v_piece.found_ids, v_piece.images)
        ) as compared
    );
    v_standing := array(
        select entry.id
        from ledger.journal_entries as entry
        where entry.source_table = v_source
            and entry.record_id = any(v_records)
            and entry.purpose in ('posting', 'reinstatement')
    );

    -- In the order of their slots, like everybody who waits for several.
    for v_pair in
        select due as difference, own as verdict, read.image
        from unnest(v_due) as due
        inner join unnest(v_verdicts) as own on pgsync.short_id(own.record_id) = due.record_id
        left join unnest(v_piece.found_ids, v_piece.images) as read (record_id, image)
            on own.record_id = read.record_id
        inner join pgsync.difference_kinds() as known on due.kind = known.kind
        order by pgsync.slot_of(own.record_id), known.healing <> 'status', due.id
    loop
        if exists (
            select
            from pgsync.sync_heals as heal
            where heal.source_table = v_source
                and heal.record_id = (v_pair.difference).record_id
                and heal.job = v_run.job
        ) then
            perform pgsync.move_difference(
                (v_pair.difference).id, 'healed', 'with another difference of the record'
            );
        elsif exists (
            select
            from pgsync.sync_heals as heal
            where heal.source_table = v_source
                and heal.record_id = (v_pair.difference).record_id
                and heal.undone_at is null
                and heal.healed_at > clock_timestamp() - interval '1 hour'
        ) then
            perform pgsync.move_difference(
                (v_pair.difference).id, 'investigating', 'it was healed less than an hour ago, and differs again'
            );
        else
            perform pgsync.heal_record(
                v_run.job, v_attached, v_pair.difference, v_pair.verdict, v_pair.image, v_piece.snapshot, v_standing
            );
        end if;
    end loop;
    perform pgsync.move_difference(due.id, 'investigating', 'the whole id of its record is no longer known')
    from unnest(v_due) as due
    where not exists (
        select
        from unnest(v_verdicts) as own
        where pgsync.short_id(own.record_id) = due.record_id
    );
    perform pgsync.ring_doorbell();
    return query select cardinality(v_due)::bigint, '{}'::jsonb;
end;
$$;

comment on function pgsync.heal_step(bigint, bigint)
is 'Heals the next differences that a verification found, within its limits; null when none is left.';
