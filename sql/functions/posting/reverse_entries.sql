-- Reversals are rare, so they are separate from the one statement that posts: preparing a query costs a batch
-- of one more than posting it. An amendment reverses on the date of the original entry, any other reversal
-- not before the date of the change; a closed date moves to the next open one.
create or replace function pgsync.reverse_entries(
    originals bigint[],
    changes bigint[],
    amendments boolean[],
    days date[],
    correlation_ids text[]
)
returns table (log_id bigint, ids bigint[])
language plpgsql
strict
rows 10
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    v_open constant datemultirange := (
        select range_agg(period.days)
        from ledger.periods as period
        where period.status = 'open'
    );
begin
    return query
    with taken_back as materialized (
        select
            nextval('ledger.journal_entries_id_seq') as id,
            due.change_id,
            due.correlation_id,
            case
                when v_open @> booking.day then booking.day
                else coalesce(ledger.entry_date_for(booking.day), ledger.no_open_day(booking.day))
            end as booked_date,
            original.id as original_id,
            original.document_date,
            original.currency,
            original.source_table,
            original.record_id,
            original.rule,
            original.site,
            original.input_hash,
            original.description
        from unnest(
            reverse_entries.originals, reverse_entries.changes, reverse_entries.amendments, reverse_entries.days, reverse_entries.correlation_ids
        ) as due (original_id, change_id, is_amended, day, correlation_id)
        cross join lateral (
            select own.*
            from ledger.journal_entries as own
            where own.id = due.original_id
            offset 0
        ) as original
        cross join lateral (
            select
                case
                    when due.is_amended then original.entry_date
                    else greatest(original.entry_date, due.day)
                end as day
        ) as booking
    ),

    entry as (
        insert into ledger.journal_entries (
            id, entry_date, document_date, purpose, currency, reverses, change_id, source_table, record_id, rule,
            correlation_id, site, idempotency_key, input_hash, description
        )
        select
            taken_back.id,
            taken_back.booked_date,
            taken_back.document_date,
            'reversal'::ledger.purpose,
            taken_back.currency,
            taken_back.original_id,
            taken_back.change_id,
            taken_back.source_table,
            taken_back.record_id,
            taken_back.rule,
            taken_back.correlation_id,
            taken_back.site,
            'reversal:' || taken_back.original_id,
            taken_back.input_hash,
            taken_back.description
        from taken_back
    ),

    line as (
        insert into ledger.journal_lines (entry_id, line, account, amount, currency, party, dimensions)
        select
            taken_back.id,
            original.line,
            original.account,
            -original.amount,
            original.currency,
            original.party,
            original.dimensions
        from taken_back
        cross join lateral (
            select own.*
            from ledger.journal_lines as own
            where own.entry_id = taken_back.original_id
            offset 0
        ) as original
    )

    select taken_back.change_id, array_agg(taken_back.id)
    from taken_back
    group by taken_back.change_id;
end;
$$;

comment on function pgsync.reverse_entries(bigint[], bigint[], boolean[], date[], text[])
is 'Reverses the entries of records that changes undo or amend; returns the reversals of each change.';
