create or replace function pgsync.verify_entries(job bigint, start jsonb, row_limit bigint)
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
    v_after constant bigint := coalesce((start ->> 'after')::bigint, 0);
    v_through bigint;
    v_count bigint;
    v_found record;
begin
    select run.* into v_run from pgsync.verify_runs as run where run.job = verify_entries.job;
    select count(*), max(entry.id)
    into v_count, v_through
    from (
        select own.id
        from ledger.journal_entries as own
        where own.id > v_after
        order by own.id
        limit row_limit
    ) as entry;
    if v_count < row_limit then
        v_through := 9223372036854775807;
    end if;

    for v_found in
        with posting as materialized (
            select entry.*
            from ledger.journal_entries as entry
            where entry.id > v_after
                and entry.id <= v_through
                and entry.purpose in ('posting', 'reinstatement')
                and entry.rule is not null
                and (v_run.source_table is null or entry.source_table = v_run.source_table)
        ),

        lines as (
            select
                line.entry_id,
                array_agg(line.account order by line.line) as accounts,
                array_agg(line.amount order by line.line) as amounts,
                array_agg(line.party order by line.line) as parties,
                array_agg(line.dimensions order by line.line) as dimensions
            from ledger.journal_lines as line
            where line.entry_id > v_after and line.entry_id <= v_through
            group by line.entry_id
        )

        select
            posting.id,
            posting.source_table,
            posting.record_id,
            'orphan_entry' as kind,
            'no record names it as its entry, and it is not reversed' as words
        from posting
        where not exists (
            select
            from pgsync.sync_master_status as master
            where master.source_table = posting.source_table
                and master.record_id = pgsync.short_id(posting.record_id) collate "C"
                and posting.id = any(master.entry_ids)
        )
        and not exists (
            select
            from ledger.journal_entries as reversal
            where reversal.reverses = posting.id
        )
        union all
        select
            posting.id,
            posting.source_table,
            posting.record_id,
            'altered_entry',
            'its lines are not those that were posted'
        from posting
        inner join lines on posting.id = lines.entry_id
        where posting.purpose = 'posting'
            and pgsync.hash_check() = pgsync.hash_origin()
            -- One that is reversed counts for nothing; that its reversal mirrors it is another check.
            and not exists (
                select
                from ledger.journal_entries as reversal
                where reversal.reverses = posting.id
            )
            and posting.input_hash <> int8send(
                hash_record_extended(
                    row(
                        posting.rule, posting.document_date, posting.currency, posting.description,
                        lines.accounts, lines.amounts, lines.parties, lines.dimensions
                    ), 1
                )
            )
    loop
        perform pgsync.note_difference(
            job, v_found.kind, v_found.words, v_found.source_table, v_found.record_id, entry_id => v_found.id,
            entry_ids => array[v_found.id]
        );
    end loop;

    if v_run.source_table is null then
        for v_found in
            select inspected.*
            from ledger.inspect_entries(v_after, v_through) as inspected
        loop
            perform pgsync.note_difference(
                job,
                'journal',
                v_found.finding || ': ' || v_found.found,
                entry_id => v_found.entry_id,
                detail => case when v_found.entry_id is null then v_found.found else v_found.finding end,
                remedy => 'reverse the entry, or restore it from a backup: see Verify.md'
            );
        end loop;
    end if;
    return query select v_count, case when v_count = row_limit then jsonb_build_object('after', v_through) end;
end;
$$;

comment on function pgsync.verify_entries(bigint, jsonb, bigint)
is 'The next journal entries: whole, balanced, as posted, and named by their record; null when all were.';
