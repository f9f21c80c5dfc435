create or replace function ledger.reverse_entry(
    entry_id bigint,
    entry_date date,
    reason text,
    reinstate boolean default false
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_date constant date := coalesce(reverse_entry.entry_date, ledger.entry_date_for(current_date));
    v_original ledger.journal_entries;
    v_reversed_by bigint;
    v_id bigint;
begin
    select entry.* into v_original from ledger.journal_entries as entry where entry.id = reverse_entry.entry_id;
    if not found then
        raise exception 'unknown entry %', reverse_entry.entry_id using errcode = 'PL009';
    elsif v_date is null then
        raise exception 'no open period contains %', to_char(current_date, 'YYYY-MM-DD')
            using errcode = 'PL005', detail = format('Entry %s was to be reversed on that day.', v_original.id);
    elsif coalesce(reason, '') !~ '[^[:space:]]' then
        raise exception 'a reason is required to reverse an entry' using errcode = 'PL013';
    elsif ledger.excess_of(reason) is not null then
        raise exception '%', ledger.excess_of(reason) using errcode = 'PL013';
    end if;

    -- A second caller waits here for the first, and then finds its reversal.
    with entry as (
        insert into ledger.journal_entries (
            entry_date, document_date, purpose, currency, reverses, source_table, record_id, rule, correlation_id,
            site, idempotency_key, input_hash, description
        )
        values (
            v_date, v_original.document_date, case when reinstate then 'reinstatement' else 'reversal' end::ledger.purpose,
            v_original.currency, v_original.id, v_original.source_table, v_original.record_id, v_original.rule,
            v_original.correlation_id, v_original.site, 'reversal:' || v_original.id, v_original.input_hash, reason
        )
        on conflict do nothing
        returning id
    ),

    line as (
        insert into ledger.journal_lines (entry_id, line, account, amount, currency, party, dimensions)
        select
            entry.id,
            original.line,
            original.account,
            -original.amount as amount,
            original.currency,
            original.party,
            original.dimensions
        from entry
        cross join lateral (
            select own.*
            from ledger.journal_lines as own
            where own.entry_id = reverse_entry.entry_id
            offset 0
        ) as original
    )

    select entry.id into v_id from entry;

    if v_id is null then
        select entry.id
        into v_reversed_by
        from ledger.journal_entries as entry
        where entry.reverses = reverse_entry.entry_id;
        raise exception 'entry % is already reversed, by entry %', reverse_entry.entry_id, v_reversed_by
            using errcode = 'PL009';
    end if;
    return v_id;
end;
$$;

comment on function ledger.reverse_entry(bigint, date, text, boolean)
is 'Reverses an entry with its mirror image; a null date means today or the next open day.';
