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
                    round(abs(line.amount) / 10::numeric ^ currency.exponent, currency.exponent),
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
is 'Every entry with its lines as ledger.post_entry takes them, its total, and what took it back.';
