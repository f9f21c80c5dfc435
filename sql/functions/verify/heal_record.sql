create or replace function pgsync.heal_record(
    job bigint,
    source pgsync.sources,
    difference pgsync.sync_differences,
    verdict pgsync.record_verdict,
    image jsonb,
    snapshot pg_snapshot,
    posted bigint[]
)
returns bigint
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_healing text := (
        select known.healing
        from pgsync.difference_kinds() as known
        where known.kind = difference.kind
    );
    v_slot constant smallint := pgsync.slot_of(verdict.record_id);
    v_before pgsync.sync_master_status;
    v_standing bigint[];
    v_change bigint;
begin
    if v_healing = 'change' and verdict.verdict not in (
        select known.kind
        from pgsync.difference_kinds() as known
        where known.subject = 'record'
    ) then
        perform pgsync.move_difference(
            difference.id,
            'gone',
            case verdict.verdict
                when 'waiting' then 'a change of it waits'
                when 'failed' then 'its last change is a dead letter'
                else 'it was no longer found'
            end
        );
        return null;
    end if;

    loop
        if v_healing <> 'change' then
            perform pg_advisory_xact_lock(1886876532 /* slots */, v_slot);
        end if;
        select master.*
        into v_before
        from pgsync.sync_master_status as master
        where master.source_table = difference.source_table and master.record_id = difference.record_id;
        -- What a poster has posted since the journal was looked through is in the status. A reversed entry stands
        -- no more, even if its reversal was reversed: then the reinstatement stands.
        v_standing := array(
            select entry.id
            from ledger.journal_entries as entry
            where entry.id = any(posted || v_before.entry_ids)
                and entry.source_table = difference.source_table
                and entry.record_id = verdict.record_id
                and entry.purpose in ('posting', 'reinstatement')
                and not exists (
                    select
                    from ledger.journal_entries as reversal
                    where reversal.reverses = entry.id
                )
            order by entry.id
        );
        exit when v_healing <> 'change' or coalesce(v_before.entry_ids, '{}') @> v_standing;
        v_healing := 'status';
    end loop;

    if v_healing = 'queue' then
        insert into pgsync.sync_queue (log_id, slot, attempts)
        select
            log.id,
            log.slot,
            coalesce(
                (
                    select max(audit.attempt)
                    from pgsync.sync_audit_log as audit
                    where audit.log_id = log.id
                ),
                0
            )
        from pgsync.sync_logs as log
        where log.id = difference.change_id
            and not exists (
                select
                from pgsync.sync_audit_log as audit
                where audit.log_id = log.id and audit.outcome <> 'failed'
            )
        on conflict on constraint sync_queue_pkey do nothing
        returning log_id into v_change;
    else
        if v_healing = 'status' and exists (
            select
            from unnest(v_standing) as standing (id)
            left join ledger.journal_lines as line on standing.id = line.entry_id
            group by standing.id
            having count(line.entry_id) < 2 or sum(line.amount) <> 0
        ) then
            perform pgsync.move_difference(
                difference.id, 'investigating', 'its entry is not balanced, so no reversal of it would be'
            );
            return null;
        elsif v_healing = 'status' then
            -- That is what an undo goes back to: what was wrong before stood for nothing.
            v_before.entry_ids := v_standing;
            v_before.fingerprint := coalesce(ledger.fingerprint_of(v_standing), 0);
            v_before.rules := array(
                select entry.rule
                from ledger.journal_entries as entry
                where entry.id = any(v_standing) and entry.rule is not null
                order by entry.rule
            );
            insert into pgsync.sync_master_status as present (
                source_table, record_id, last_change, last_audited, entry_ids, fingerprint, rules
            )
            values (
                difference.source_table,
                difference.record_id,
                0,
                coalesce(
                    (
                        select max(entry.change_id)
                        from ledger.journal_entries as entry
                        where entry.id = any(v_standing)
                    ),
                    0
                ),
                v_before.entry_ids,
                v_before.fingerprint,
                v_before.rules
            )
            on conflict on constraint sync_master_status_pkey do update
            set
                entry_ids = excluded.entry_ids,
                fingerprint = excluded.fingerprint,
                rules = excluded.rules,
                updated_at = clock_timestamp();
        end if;

        select logged.id
        into v_change
        from pgsync.log_records(
            heal_record.source, array[verdict.record_id], array[heal_record.image], heal_record.snapshot,
            'heal:' || heal_record.job
        ) as logged (id);
    end if;
    if v_change is null then
        perform pgsync.move_difference(difference.id, 'gone', 'it was no longer found');
        return null;
    end if;

    insert into pgsync.sync_heals (job, difference, source_table, record_id, change_id, entry_ids, fingerprint, rules)
    values (
        heal_record.job,
        difference.id,
        difference.source_table,
        difference.record_id,
        v_change,
        coalesce(v_before.entry_ids, '{}'),
        coalesce(v_before.fingerprint, 0),
        coalesce(v_before.rules, '{}')
    );
    perform pgsync.move_difference(
        difference.id, 'healed', format('change %s was added by run %s', v_change, heal_record.job)
    );
    return v_change;
end;
$$;

comment on function pgsync.heal_record(
    bigint, pgsync.sources, pgsync.sync_differences, pgsync.record_verdict, jsonb, pg_snapshot, bigint[]
)
is 'Heals one difference: adds a change of the record as it was read, after putting its status right.';
