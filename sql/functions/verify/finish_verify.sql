-- Differences that a complete look no longer found are gone; a look at a span says nothing about the others.
-- That a table has grown more than its changes tell is settled once all of its rows were compared.
create or replace function pgsync.finish_verify(job bigint)
returns jsonb
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_run pgsync.verify_runs;
    v_report jsonb;
    v_counts jsonb;
    v_source regclass;
begin
    select run.* into v_run from pgsync.verify_runs as run where run.job = finish_verify.job;
    -- If it has stopped recording, what it did not record may still be there.
    if v_run.since is null
        and v_run.until is null
        and v_run.named < pgsync.configuration_integer('verify_named_differences')
    then
        update pgsync.sync_differences as known
        set
            state = 'gone',
            reason = format('verification %s no longer found it', v_run.job),
            state_since = clock_timestamp(),
            state_by = session_user
        where known.state in ('open', 'investigating', 'accepted')
            and known.last_seen_at < v_run.started_at
            and (v_run.source_table is null or known.source_table = v_run.source_table)
            -- Rows are compared of these tables alone, and only where they could be read.
            and (
                known.record_id is null
                or (
                    known.source_table = any(v_run.whole_tables)
                    and not exists (
                        select
                        from pgsync.sync_differences as unread
                        where unread.kind = 'unreadable'
                            and unread.source_table = known.source_table
                            and unread.last_job = v_run.job
                    )
                )
            );
    end if;
    for v_source in
        select whole.source_table
        from unnest(v_run.whole_tables) as whole (source_table)
        inner join pgsync.capture_growth() as growth
            on whole.source_table = growth.source_table and growth.unexplained > 0
        where not exists (
            select
            from pgsync.sync_differences as difference
            where difference.source_table = whole.source_table and difference.state in ('open', 'investigating')
        )
    loop
        perform pgsync.remember_growth(v_source);
    end loop;

    select
        jsonb_build_object(
            'records', coalesce(sum(source.records), 0),
            'equal', coalesce(sum(source.equal + source.no_entry), 0),
            'waiting', coalesce(sum(source.waiting), 0),
            'failed', coalesce(sum(source.failed), 0),
            'changes', (
                select coalesce(sum(total.captured), 0)
                from pgsync.verified_days as total
                where total.job = v_run.job
            ),
            'differences', (
                select count(*)
                from pgsync.sync_differences as known
                where known.last_job = v_run.job and known.state in ('open', 'investigating', 'healed')
            ),
            'accepted', (
                select count(*)
                from pgsync.sync_differences as known
                where known.last_job = v_run.job and known.state = 'accepted'
            ),
            'healed', (
                select count(*)
                from pgsync.sync_differences as known
                where known.last_job = v_run.job and known.state = 'healed'
            )
        )
    into v_counts
    from pgsync.verified_sources as source
    where source.job = v_run.job;

    v_report := jsonb_build_object(
        'version', 1,
        'job', v_run.job,
        'database', current_database(),
        'server', version(),
        'schema', (select max(migration.name) from pgsync.migrations as migration),
        'table', pgsync.qualified_name(v_run.source_table),
        'since_at', pgsync.utc_text(v_run.since),
        'until_at', pgsync.utc_text(v_run.until),
        'started_at', pgsync.utc_text(v_run.started_at),
        'finished_at', pgsync.utc_text(clock_timestamp()),
        'first_snapshot', v_run.first_snapshot,
        'last_snapshot', v_run.last_snapshot,
        'phases', pgsync.verify_phases(v_run),
        'heals', v_run.heals,
        'dry_run', v_run.dry_run,
        'heal_stopped', v_run.heal_stopped,
        'recorded', v_run.named,
        'counts', v_counts,
        'tables', (
            select coalesce(
                jsonb_agg(
                    to_jsonb(source) - 'job' - 'source_table'
                    || jsonb_build_object('table', pgsync.qualified_name(source.source_table))
                    order by source.source_table::oid
                ),
                '[]'
            )
            from pgsync.verified_sources as source
            where source.job = v_run.job
        ),
        'days', (
            select coalesce(
                jsonb_agg(
                    to_jsonb(total) - 'job' - 'source_table'
                    || jsonb_build_object('table', pgsync.qualified_name(total.source_table))
                    order by total.source_table::oid, total.day
                ),
                '[]'
            )
            from pgsync.verified_days as total
            where total.job = v_run.job
        ),
        'differences', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'difference', known.id, 'kind', known.kind, 'table', pgsync.qualified_name(known.source_table),
                        'record', known.record_id, 'entry', known.entry_id, 'change', known.change_id,
                        'found', known.found, 'state', known.state,
                        'amount', ledger.amount_text(known.amount, known.currency),
                        'currency', known.currency, 'expected', known.expected, 'posted', known.posted
                    )
                    order by known.id
                ),
                '[]'
            )
            from pgsync.sync_differences as known
            where known.last_job = v_run.job
        ),
        -- What was not looked at.
        'exclusions', (
            select coalesce(jsonb_agg(source.table_name order by source.table_name), '[]')
            from pgsync.sources as source
            where not source.attached or not source.posts or (v_run.source_table is not null and source.source_table <> v_run.source_table)
        ),
        -- By which functions: two reports are comparable if these are the same.
        'queries', (
            select jsonb_object_agg(routine.proname, encode(sha256(convert_to(routine.prosrc, 'UTF8')), 'hex'))
            from pg_catalog.pg_proc as routine
            where routine.pronamespace in ('pgsync'::regnamespace, 'ledger'::regnamespace)
                and routine.proname in (
                    'verify_signs', 'verify_changes', 'verify_changed', 'verify_records', 'verify_status', 'verify_entries',
                    'verify_books', 'compare_records', 'note_records', 'evaluate', 'inspect_entries', 'inspect_safeguards'
                )
        )
    );
    update pgsync.verify_runs as run
    set
        report = v_report::text,
        digest = sha256(convert_to(v_report::text, 'UTF8')),
        finished_at = clock_timestamp()
    where run.job = v_run.job;
    return v_counts;
end;
$$;

comment on function pgsync.finish_verify(bigint)
is 'Closes a verification: differences that it no longer found are gone, and its report is kept.';
