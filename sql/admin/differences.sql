-- What verifications found to differ and nobody has settled, and the score with its parts. To accept one:
-- select pgsync.mark_difference(7, 'accepted', 'why').
set search_path to pg_catalog, pg_temp;

select
    trust.score,
    trust.verdict,
    trust.capped_by,
    trust.freshness,
    trust.proven,
    trust.failures,
    trust.sweep,
    trust.verified_at,
    trust.recommendation
from pgsync.sync_score() as trust;

select
    known.id as difference,
    known.kind,
    known.state,
    known.source_table as source,
    known.record_id as record,
    known.entry_id as entry,
    known.change_id as change,
    ledger.amount_text(known.amount, known.currency) as amount,
    known.currency,
    known.found,
    known.remedy
from pgsync.sync_differences as known
where known.state in ('open', 'investigating')
order by known.id desc
limit 100;
