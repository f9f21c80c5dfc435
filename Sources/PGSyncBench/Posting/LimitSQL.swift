/// What a good hand would write for this one table, and nothing more: the limit that pgsync is measured beside.
///
/// It claims from the same queue and inserts the same rows into the same tables, whose triggers check the same
/// invariants: an entry, its five lines, where the record stands, an audit row. It knows no rules, compares with
/// nothing, looks for no duplicates, keeps no order of a record's changes, and one bad row stops it.
enum LimitSQL {
    static let functions = """
        -- Takes from the queue what it finds first, and posts it.
        create function bench.limit_batch(batch_limit integer) returns integer
        language plpgsql
        as $$
        declare
            v_count integer;
        begin
            perform set_config('pgsync.finishing', 'on', true);
            with claimed as materialized (
                select
                    waiting.log_id,
                    log.source_table,
                    log.record_id,
                    log.data,
                    nextval('ledger.journal_entries_id_seq') as entry_id
                from (
                    select queue.log_id
                    from pgsync.sync_queue as queue
                    where queue.sync_status = 'pending'
                    order by queue.log_id
                    limit batch_limit
                    for update skip locked
                ) as waiting
                inner join pgsync.sync_logs as log on log.id = waiting.log_id
            ),

            \(inserts)

            finished as (
                delete from pgsync.sync_queue as queue
                using claimed
                where queue.log_id = claimed.log_id
            )

            select count(*) into v_count from claimed;
            return v_count;
        end;
        $$;
        """

    /// The work itself, of `claimed`: log_id, source_table, record_id, data and entry_id.
    static let inserts = """
        entry as (
                insert into ledger.journal_entries (
                    id, entry_date, document_date, purpose, currency, change_id, source_table, record_id, rule,
                    idempotency_key, input_hash, description
                )
                select
                    claimed.entry_id,
                    (claimed.data ->> 'bill_date')::date,
                    (claimed.data ->> 'bill_date')::date,
                    'posting',
                    'INR',
                    claimed.log_id,
                    claimed.source_table,
                    claimed.record_id,
                    'by hand',
                    'change:' || claimed.log_id || ':by hand',
                    '\\x01',
                    'Bill ' || (claimed.data ->> 'bill_number')
                from claimed
            ),

            line as (
                insert into ledger.journal_lines (entry_id, line, account, amount, currency, party)
                select claimed.entry_id, part.line, part.account, part.amount, 'INR', part.party
                from claimed
                cross join lateral (
                    values
                    (
                        1::smallint, '1200', ((claimed.data ->> 'total')::numeric * 100)::bigint,
                        claimed.data ->> 'patient_id'
                    ),
                    (2::smallint, '4300', -((claimed.data ->> 'taxable')::numeric * 100)::bigint, null),
                    (3::smallint, '2100', -((claimed.data ->> 'cgst')::numeric * 100)::bigint, null),
                    (4::smallint, '2101', -((claimed.data ->> 'sgst')::numeric * 100)::bigint, null),
                    (5::smallint, '6900', -((claimed.data ->> 'round_off')::numeric * 100)::bigint, null)
                ) as part (line, account, amount, party)
            ),

            standing as (
                insert into pgsync.sync_master_status (
                    source_table, record_id, last_change, last_audited, entry_ids
                )
                select
                    claimed.source_table, claimed.record_id, claimed.log_id, claimed.log_id, array[claimed.entry_id]
                from claimed
                on conflict on constraint sync_master_status_pkey
                do update set last_change = excluded.last_change, entry_ids = excluded.entry_ids
            ),

            audited as (
                insert into pgsync.sync_audit_log (log_id, attempt, outcome, source_table, record_id, entry_ids)
                select
                    claimed.log_id, 1, 'posted', claimed.source_table, claimed.record_id, array[claimed.entry_id]
                from claimed
            ),
        """
}
