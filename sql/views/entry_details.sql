create or replace view ledger.entry_details as
select
    entry.id,
    entry.entry_date,
    entry.document_date,
    entry.swept_from,
    entry.posted_at,
    entry.posted_by,
    entry.purpose,
    entry.description,
    entry.currency,
    lines.total,
    entry.reverses,
    reversal.id as reversed_by,
    entry.source_table,
    entry.record_id,
    entry.change_id,
    entry.rule,
    entry.correlation_id,
    entry.idempotency_key,
    lines.lines
from ledger.journal_entries as entry
inner join ledger.currencies as currency on entry.currency = currency.code
left join ledger.journal_entries as reversal on entry.id = reversal.reverses
cross join lateral (
    select
        round(
            sum(line.amount) filter (where line.amount > 0) / 10::numeric ^ currency.exponent,
            currency.exponent
        ) as total,
        jsonb_agg(
            jsonb_strip_nulls(
                jsonb_build_object(
                    'account', line.account,
                    case when line.amount > 0 then 'debit' else 'credit' end,
                    round(abs(line.amount) / 10::numeric ^ currency.exponent, currency.exponent)::text,
                    'party', line.party,
                    'dimensions', line.dimensions
                )
            )
            order by line.line
        ) as lines
    from ledger.journal_lines as line
    where line.entry_id = entry.id
) as lines;

comment on view ledger.entry_details
is 'Every entry with its lines as ledger.post_entry takes them, its total, and what reversed it.';

comment on column ledger.entry_details.id is 'The id of the entry.';
comment on column ledger.entry_details.entry_date is 'The accounting date.';
comment on column ledger.entry_details.document_date is 'The date of the document it was posted for.';
comment on column ledger.entry_details.swept_from
is 'The date of its document if that is in a closed period; else null.';
comment on column ledger.entry_details.posted_at is 'When it was posted.';
comment on column ledger.entry_details.posted_by is 'The database user who posted it.';
comment on column ledger.entry_details.purpose is 'posting, reversal, manual, opening or closing.';
comment on column ledger.entry_details.description is 'What it is about.';
comment on column ledger.entry_details.currency is 'The currency of all its lines.';
comment on column ledger.entry_details.total is 'The sum of its debits, which equals that of its credits.';
comment on column ledger.entry_details.reverses is 'The entry that it reverses; null for none.';
comment on column ledger.entry_details.reversed_by is 'The entry that reversed it; null while it is current.';
comment on column ledger.entry_details.source_table
is 'The table whose record it was posted for; null for entries that users posted.';
comment on column ledger.entry_details.record_id is 'The record it was posted for.';
comment on column ledger.entry_details.change_id is 'The change in pgsync.sync_logs that it was posted for.';
comment on column ledger.entry_details.rule is 'The rule and version that made it.';
comment on column ledger.entry_details.correlation_id is 'The correlation id that its writer gave.';
comment on column ledger.entry_details.idempotency_key is 'The key that keeps it from being posted twice.';
comment on column ledger.entry_details.lines
is 'Its lines: account, debit or credit as text, party, dimensions.';
