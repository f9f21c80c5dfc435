-- One row for each record: what its row says by the rules, against what is posted for it. A change that waits
-- explains a difference, and so does one that failed; the queue is read only for records that differ, because
-- nearly none do. An image is null where the record has no row. Correct only if the images were read in the
-- snapshot of this statement: see check_records.
create or replace function pgsync.compare_records(source_table regclass, record_ids text[], images jsonb[])
returns setof pgsync.record_verdict
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_mergejoin = off
set plan_cache_mode = force_custom_plan
set jit = off
as $$
declare
    v_source pgsync.sources;
    v_tables constant regclass[] := array_fill(compare_records.source_table, array[cardinality(record_ids)]);
    v_same_hash constant boolean := pgsync.hash_check() = pgsync.hash_origin();
    v_ruled boolean;
    v_is_backfilling boolean;
begin
    select source.*
    into v_source
    from pgsync.sources as source
    where source.source_table = compare_records.source_table;
    v_ruled := exists (
        select from pgsync.rules as rule where rule.source_table = compare_records.source_table
    );

    v_is_backfilling := exists (
        select
        from pgsync.sync_progress as progress
        where progress.kind = 'backfill'
            and progress.state = 'running'
            and pgsync.table_named(progress.subject) = compare_records.source_table
    );

    return query
    with evaluated as (
        select
            result.number,
            min(result.error_class) as error_class,
            array_agg(result.rule order by result.rule) filter (where result.accounts is not null) as rules,
            -- As post_claims computes it.
            coalesce(
                bit_xor(
                    case
                        when result.accounts is not null
                            then hash_record_extended(
                                row(
                                    result.rule, result.entry_date, result.currency, result.description,
                                    result.accounts, result.amounts, result.parties, result.dimensions
                                ), 1
                            )
                    end
                ),
                0
            ) as fingerprint
        from pgsync.evaluate(v_tables, compare_records.images) as result
        group by result.number
    ),

    compared as (
        select
            given.record_id,
            given.image,
            coalesce(master.entry_ids, '{}') as entry_ids,
            coalesce(master.rules, '{}') as posted_rules,
            coalesce(evaluated.rules, '{}') as expected_rules,
            evaluated.error_class as failure,
            master.last_audited,
            case
                when given.image is null and coalesce(master.entry_ids, '{}') = '{}' then 'gone'
                when given.image is null then 'deleted_record'
                when evaluated.error_class is not null then 'rule_failure'
                -- Its table has no rule yet.
                when not v_ruled and coalesce(master.entry_ids, '{}') = '{}' then 'no_entry'
                when master.record_id is null then 'not_captured'
                when coalesce(evaluated.fingerprint, 0) = case
                    when v_same_hash or master.entry_ids = '{}' then master.fingerprint
                    else ledger.fingerprint_of(master.entry_ids)
                end
                    then case when evaluated.fingerprint <> 0 then 'equal' else 'no_entry' end
                when master.entry_ids = '{}' then 'missing_entry'
                when coalesce(evaluated.fingerprint, 0) = 0 then 'extra_entry'
                when not (evaluated.rules <@ master.rules and master.rules <@ evaluated.rules) then 'older_rule'
                else 'wrong_entry'
            end as verdict
        from unnest(compare_records.record_ids, compare_records.images)
            with ordinality as given (record_id, image, number)
        left join pgsync.sync_master_status as master
            on master.source_table = compare_records.source_table
            and master.record_id = pgsync.short_id(given.record_id) collate "C"
        left join evaluated on evaluated.number = given.number
    ),

    suspect as materialized (
        select compared.record_id, pgsync.slot_of(compared.record_id) as slot
        from compared
        where compared.verdict not in ('equal', 'no_entry', 'gone')
    ),

    waiting as materialized (
        select
            log.record_id,
            bool_or(queue.sync_status = 'failed') as has_failed
        from pgsync.sync_queue as queue
        cross join lateral (
            select own.source_table, own.record_id, own.action
            from pgsync.sync_logs as own
            where own.id = queue.log_id
            offset 0
        ) as log
        where exists (select from suspect)
            and (
                queue.slot in (select suspect.slot from suspect)
                or queue.slot = pgsync.slot_of('')
            )
            and log.source_table = compare_records.source_table
            and (log.action = 'truncate' or log.record_id in (select suspect.record_id from suspect))
        group by log.record_id
    )

    select
        compared.record_id,
        case
            when compared.verdict in ('equal', 'no_entry', 'gone') then compared.verdict
            when waiting.has_failed then 'failed'
            when waiting.record_id is not null then 'waiting'
            -- The table was emptied, and its entries are reversed in steps.
            when exists (select from waiting as emptied where emptied.record_id = '') then 'waiting'
            when compared.verdict = 'not_captured' and v_is_backfilling then 'waiting'
            when compared.verdict = 'deleted_record' and 'delete' <> all(v_source.actions) then 'not_watched'
            when compared.verdict in ('not_captured', 'missing_entry') and 'create' <> all(v_source.actions)
                then 'not_watched'
            when compared.verdict not in ('deleted_record', 'not_captured') and 'update' <> all(v_source.actions)
                then 'not_watched'
            when exists (
                select
                from pgsync.sync_audit_log as audit
                where audit.log_id = compared.last_audited and audit.outcome = 'skipped'
            )
                then 'skipped'
            else compared.verdict
        end,
        case when compared.verdict not in ('equal', 'no_entry', 'gone') then compared.image end,
        compared.entry_ids,
        compared.posted_rules,
        compared.expected_rules,
        compared.failure
    from compared
    left join waiting on waiting.record_id = compared.record_id;
end;
$$;

comment on function pgsync.compare_records(regclass, text[], jsonb[])
is 'Compares what the rules make of rows with what is posted for their records, and says what explains it.';
