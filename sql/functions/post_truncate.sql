-- Emptying a table takes back whatever stands for its records, in one transaction: nobody may post any of
-- them meanwhile, so it needs all slots. Changes from before that still wait are overtaken by it; what comes
-- later may also be posted before it.
create or replace function pgsync.post_truncate(claim pgsync.claim, worker text, started_at timestamptz)
returns pgsync.batch_result
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
    v_result pgsync.batch_result := pgsync.empty_result();
    v_ids bigint[];
    v_day constant date := (claim.captured_at at time zone pgsync.configuration_text('books_time_zone'))::date;
begin
    v_result.claimed := 1;
    if exists (
        select
        from pgsync.sources as source
        where source.source_table = claim.source_table and source.paused_at is not null
    ) then
        perform pgsync.set_aside(array[claim.log_id], '{}');
        v_result.deferred := 1;
        return v_result;
    elsif exists (
        select
        from pg_catalog.pg_class as relation
        where relation.oid = claim.source_table
            and relation.relkind = 'p'
            and relation.oid is distinct from to_regclass(claim.data ->> 'table')
    ) then
        perform pgsync.find_truncated(claim);
    elsif not pgsync.lock_slots() then
        update pgsync.sync_queue as queue
        set scheduled_at = clock_timestamp() + interval '1 second'
        where queue.log_id = claim.log_id;
        v_result.deferred := 1;
        return v_result;
    else
        update pgsync.sources as source
        set truncated_through = greatest(source.truncated_through, claim.log_id)
        where source.source_table = claim.source_table;
        -- What failed before is found to be overtaken when it is tried again, and what waited behind it is free.
        update pgsync.sync_queue as queue
        set sync_status = 'pending', scheduled_at = clock_timestamp()
        from (
            select own.log_id
            from pgsync.sync_queue as own
            cross join lateral (
                select change.source_table
                from pgsync.sync_logs as change
                where change.id = own.log_id
                offset 0
            ) as log
            where own.error_class is not null
                and (own.log_id < claim.log_id or own.error_class = 'blocked')
                and log.source_table = claim.source_table
            for update of own skip locked
        ) as waiting
        where queue.log_id = waiting.log_id;

        with standing as materialized (
            select
                nextval('ledger.journal_entries_id_seq') as id,
                ledger.entry_date_for(greatest(original.entry_date, v_day)) as booked_date,
                original.id as original_id,
                original.document_date,
                original.currency,
                original.record_id,
                original.rule,
                original.input_hash,
                original.description
            from pgsync.sync_master_status as master
            cross join lateral unnest(master.entry_ids) as entry (id)
            cross join lateral (
                select own.*
                from ledger.journal_entries as own
                where own.id = entry.id
                offset 0
            ) as original
            where master.source_table = claim.source_table and master.last_change < claim.log_id
        ),

        entry as (
            insert into ledger.journal_entries (
                id, entry_date, document_date, purpose, currency, reverses, change_id, source_table, record_id, rule,
                correlation_id, idempotency_key, input_hash, description
            )
            select
                standing.id,
                standing.booked_date,
                standing.document_date,
                'reversal'::ledger.purpose,
                standing.currency,
                standing.original_id,
                claim.log_id,
                claim.source_table,
                standing.record_id,
                standing.rule,
                claim.correlation_id,
                'reversal:' || standing.original_id,
                standing.input_hash,
                standing.description
            from standing
        ),

        line as (
            insert into ledger.journal_lines (entry_id, line, account, amount, currency, party, dimensions)
            select
                standing.id,
                original.line,
                original.account,
                -original.amount,
                original.currency,
                original.party,
                original.dimensions
            from standing
            cross join lateral (
                select own.*
                from ledger.journal_lines as own
                where own.entry_id = standing.original_id
                offset 0
            ) as original
        )

        select array_agg(standing.id) into v_ids from standing;

        update pgsync.sync_master_status as master
        set
            last_change = claim.log_id,
            last_xid = claim.captured_xid,
            last_snapshot = null,
            entry_ids = '{}',
            fingerprint = 0,
            rules = '{}',
            updated_at = clock_timestamp()
        where master.source_table = claim.source_table and master.last_change < claim.log_id;
    end if;

    insert into pgsync.sync_audit_log (
        log_id, attempt, outcome, source_table, record_id, entry_ids, worker, duration, correlation_id
    )
    values (
        claim.log_id, claim.attempts + 1, case when v_ids is null then 'unchanged' else 'reversed' end::pgsync.outcome,
        claim.source_table, claim.record_id, v_ids, post_truncate.worker,
        clock_timestamp() - post_truncate.started_at, claim.correlation_id
    );
    delete from pgsync.sync_queue as queue where queue.log_id = claim.log_id;

    v_result.applied_ids := array[claim.log_id];
    if v_ids is null then
        v_result.unchanged := 1;
    else
        v_result.reversed := 1;
    end if;
    return v_result;
end;
$$;

comment on function pgsync.post_truncate(pgsync.claim, text, timestamptz)
is 'Takes back all entries of a table that was emptied.';
