-- Entries that healing reversed are reinstated, and those that it posted are reversed: nothing is rewritten.
-- A record that has changed since is left alone. Slots are taken in their order, like everybody who waits for
-- several.
create or replace function pgsync.undo_heals(job bigint)
returns table (source_table regclass, record_id text, change_id bigint, undone boolean, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
set jit = off
as $$
#variable_conflict use_column
declare
    v_heal record;
    v_status pgsync.sync_master_status;
    v_entry bigint;
    v_entries bigint[];
    v_reversal bigint;
begin
    if not exists (select from pgsync.sync_heals as heal where heal.job = undo_heals.job) then
        raise exception 'job % healed nothing', undo_heals.job
            using errcode = 'no_data_found',
            hint = 'These did: select distinct job from pgsync.sync_heals order by job;';
    end if;
    perform set_config('pgsync.finishing', 'on', true);

    for v_heal in
        select
            heal.*,
            -- A long id is not whole here.
            coalesce(
                log.slot, case when octet_length(heal.record_id) <= 500 then pgsync.slot_of(heal.record_id) end
            ) as slot
        from pgsync.sync_heals as heal
        left join pgsync.sync_logs as log on heal.change_id = log.id
        where heal.job = undo_heals.job and heal.undone_at is null
        order by slot, heal.id desc
    loop
        source_table := v_heal.source_table;
        record_id := v_heal.record_id;
        change_id := v_heal.change_id;
        undone := false;
        perform pg_advisory_xact_lock(1886876532 /* slots */, v_heal.slot) where v_heal.slot is not null;
        select master.*
        into v_status
        from pgsync.sync_master_status as master
        where master.source_table = v_heal.source_table and master.record_id = v_heal.record_id
        for update;

        if v_heal.slot is null then
            reason := 'its change is no longer in the log';
        elsif exists (select from pgsync.sync_queue as queue where queue.log_id = v_heal.change_id) then
            perform pgsync.skip_changes(array[v_heal.change_id], format('the healing by job %s was undone', v_heal.job));
            undone := true;
            reason := 'its change had not been posted, and was skipped';
        elsif v_status.last_audited is distinct from v_heal.change_id then
            reason := 'the record has changed since';
        else
            foreach v_entry in array v_status.entry_ids
            loop
                perform ledger.reverse_entry(
                    v_entry, null, format('The healing by job %s was undone', v_heal.job)
                )
                where v_entry <> all(v_heal.entry_ids);
            end loop;
            v_entries := '{}';
            foreach v_entry in array v_heal.entry_ids
            loop
                select reversal.id
                into v_reversal
                from ledger.journal_entries as reversal
                where reversal.reverses = v_entry;
                v_entries := v_entries || case
                    when v_reversal is null then v_entry
                    else ledger.reverse_entry(
                        v_reversal, null, format('The healing by job %s was undone', v_heal.job), reinstate => true
                    )
                end;
            end loop;
            update pgsync.sync_master_status as master
            set
                entry_ids = v_entries,
                fingerprint = v_heal.fingerprint,
                rules = v_heal.rules,
                updated_at = clock_timestamp()
            where master.source_table = v_heal.source_table and master.record_id = v_heal.record_id;
            undone := true;
            reason := 'its former entries stand again';
        end if;

        if undone then
            update pgsync.sync_heals as heal
            set undone_at = clock_timestamp(), undone_by = pgsync.actor()
            where heal.id = v_heal.id;
            -- Unless it was found again since, a person decides; no later verification heals it by itself.
            begin
                update pgsync.sync_differences as known
                set
                    state = 'investigating',
                    reason = 'its healing was undone',
                    state_since = clock_timestamp(),
                    state_by = pgsync.actor()
                where known.id = v_heal.difference and known.state = 'healed';
            exception when unique_violation then
                null;
            end;
        end if;
        return next;
    end loop;
end;
$$;

comment on function pgsync.undo_heals(bigint)
is 'Undoes the healing of a verification, where nothing has changed since; returns what became of each.';
