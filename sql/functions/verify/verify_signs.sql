-- Signs that something got around pgsync: they tell of changes that no comparison of rows can still see. A
-- table that has grown more than its changes tell is only a reason to compare all of its rows: what was
-- rolled back grows it, too.
create or replace function pgsync.verify_signs(job bigint)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_run pgsync.verify_runs;
    v_found record;
begin
    select run.* into v_run from pgsync.verify_runs as run where run.job = verify_signs.job;
    update pgsync.verify_runs as run
    set whole_tables = array(
        select source.source_table
        from pgsync.sources as source
        inner join pg_catalog.pg_class as relation on source.source_table = relation.oid
        where source.attached
            and source.posts
            and (v_run.source_table is null or source.source_table = v_run.source_table)
            and (
                (v_run.since is null and v_run.until is null)
                or source.source_table in (
                    select growth.source_table
                    from pgsync.capture_growth() as growth
                    where growth.unexplained > 0
                )
            )
        order by source.source_table::oid
    )
    where run.job = v_run.job;

    for v_found in
        select
            'capture' as kind,
            finding.source_table,
            left(finding.found, 100) as detail,
            finding.finding || ': ' || finding.found as words,
            finding.remedy
        from pgsync.inspect_capture() as finding
        where v_run.source_table is null or finding.source_table = v_run.source_table
        union all
        select 'schema', null, left(schema.found, 100), schema.finding || ': ' || schema.found, 'see: pgsync doctor'
        from pgsync.inspect_schema() as schema
        where v_run.source_table is null
        union all
        select
            'rule',
            rule.source_table,
            rule.name || '@' || rule.version,
            format('the function of %s@%s is not the one that was applied', rule.name, rule.version),
            'apply the rule again: pgsync rules apply'
        from pgsync.rules as rule
        where rule.function_checksum is not null
            -- The form of the checksum names the major version of the server.
            and split_part(pgsync.rule_checksum(rule.function_name), ':', 1) = split_part(rule.function_checksum, ':', 1)
            and pgsync.rule_checksum(rule.function_name) <> rule.function_checksum
            and (v_run.source_table is null or rule.source_table = v_run.source_table)
        union all
        select
            'rule',
            rule.source_table,
            rule.name || '@' || rule.version,
            format('the function of %s@%s is missing', rule.name, rule.version),
            'restore it from a backup'
        from pgsync.rules as rule
        where to_regproc('pgsync.' || quote_ident(rule.function_name)) is null
            and (v_run.source_table is null or rule.source_table = v_run.source_table)
        union all
        select
            'sequence',
            null,
            counter.name,
            format('%s gives %s next, and %s is in use', counter.name, counter.next, counter.used),
            format('select setval(%L, %s);', counter.name, counter.used)
        from (
            select
                'pgsync.sync_logs_id_seq' as name,
                logged.last_value + logged.is_called::integer as next,
                greatest(
                    (select max(log.id) from pgsync.sync_logs as log),
                    (select max(audit.log_id) from pgsync.sync_audit_log as audit)
                ) as used
            from pgsync.sync_logs_id_seq as logged
            union all
            select
                'ledger.journal_entries_id_seq',
                posted.last_value + posted.is_called::integer,
                (select max(entry.id) from ledger.journal_entries as entry)
            from ledger.journal_entries_id_seq as posted
        ) as counter
        where counter.next <= counter.used and v_run.source_table is null
        union all
        select
            'clock',
            null,
            '',
            format('the clock says %s, and change %s was captured at %s', clock_timestamp(), log.id, log.captured_at),
            'set the clock of the server, and keep it in step by NTP'
        from (
            select own.id, own.captured_at
            from pgsync.sync_logs as own
            order by own.id desc
            limit 1
        ) as log
        where log.captured_at > clock_timestamp() + interval '5 seconds' and v_run.source_table is null
    loop
        perform pgsync.note_difference(
            job, v_found.kind, v_found.words, v_found.source_table, detail => v_found.detail, remedy => v_found.remedy
        );
    end loop;
end;
$$;

comment on function pgsync.verify_signs(bigint)
is 'Records signs that changes were not captured, or that rules, schema, sequences or clock were changed.';
