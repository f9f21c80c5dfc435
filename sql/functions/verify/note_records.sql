-- If the transaction is not one snapshot, other sessions may have written between the reading and the
-- comparing. Then a difference counts only if it is still there, and the same, when looked at again.
create or replace function pgsync.note_records(
    job bigint,
    source_table regclass,
    record_ids text[],
    images jsonb[]
)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_kinds constant text[] := array(
        select known.kind
        from pgsync.difference_kinds() as known
        where known.subject = 'record'
    );
    v_verdicts pgsync.record_verdict[];
    v_suspects text[];
    v_record pgsync.record_verdict;
begin
    v_verdicts := array(
        select compared
        from pgsync.compare_records(
            note_records.source_table, note_records.record_ids, note_records.images
        ) as compared
    );

    for v_look in 1..2 loop
        v_suspects := array(
            select own.record_id
            from unnest(v_verdicts) as own
            where own.verdict = any(v_kinds)
        );
        exit when v_suspects = '{}' or current_setting('transaction_isolation') <> 'read committed';
        v_verdicts := array(
            select
                case
                    when again.record_id is null then first
                    when again.verdict = first.verdict
                        and again.entry_ids = first.entry_ids
                        and again.image is not distinct from first.image
                        then again
                    when again.verdict = any(v_kinds)
                        then (
                            again.record_id, 'waiting', null, again.entry_ids, again.posted_rules, again.expected_rules, null
                        )::pgsync.record_verdict
                    else again
                end
            from unnest(v_verdicts) as first
            left join pgsync.check_records(note_records.source_table, v_suspects) as again
                on first.record_id = again.record_id
        );
    end loop;

    insert into pgsync.verified_sources as sum (
        job, source_table, records, equal, no_entry, waiting, failed, skipped, not_watched, different
    )
    select
        note_records.job,
        note_records.source_table,
        count(*),
        count(*) filter (where own.verdict = 'equal'),
        count(*) filter (where own.verdict = 'no_entry'),
        count(*) filter (where own.verdict = 'waiting'),
        count(*) filter (where own.verdict = 'failed'),
        count(*) filter (where own.verdict = 'skipped'),
        count(*) filter (where own.verdict = 'not_watched'),
        count(*) filter (where own.verdict = any(v_kinds))
    from unnest(v_verdicts) as own
    where own.verdict <> 'gone'
    on conflict on constraint verified_sources_pkey do update
    set
        records = sum.records + excluded.records,
        equal = sum.equal + excluded.equal,
        no_entry = sum.no_entry + excluded.no_entry,
        waiting = sum.waiting + excluded.waiting,
        failed = sum.failed + excluded.failed,
        skipped = sum.skipped + excluded.skipped,
        not_watched = sum.not_watched + excluded.not_watched,
        different = sum.different + excluded.different;

    for v_record in
        select own.*
        from unnest(v_verdicts) as own
        where own.verdict = any(v_kinds)
    loop
        perform pgsync.note_difference(
            note_records.job,
            v_record.verdict,
            case v_record.verdict
                when 'not_captured' then 'no change of this row was captured'
                when 'missing_entry'
                    then format('nothing is posted, and %s makes an entry', array_to_string(v_record.expected_rules, ', '))
                when 'wrong_entry'
                    then format('what is posted is not what %s makes', array_to_string(v_record.expected_rules, ', '))
                when 'older_rule'
                    then format(
                        'posted by %s, but its document date belongs to %s',
                        array_to_string(v_record.posted_rules, ', '),
                        array_to_string(v_record.expected_rules, ', ')
                    )
                when 'extra_entry'
                    then format(
                        'posted by %s, but the rules make no entry of the row', array_to_string(v_record.posted_rules, ', ')
                    )
                when 'deleted_record'
                    then format('posted by %s, but the row is gone', array_to_string(v_record.posted_rules, ', '))
                when 'rule_failure' then format('the rules refuse the row: %s', v_record.failure)
            end,
            note_records.source_table,
            v_record.record_id,
            image => v_record.image,
            entry_ids => v_record.entry_ids
        );
    end loop;
end;
$$;

comment on function pgsync.note_records(bigint, regclass, text[], jsonb[])
is 'Compares records, adds them to the counts of a verification, and records the differences.';
