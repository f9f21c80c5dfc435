-- Compares the ledger with all tables now, heals what may be healed, and shows results and corrections. For
-- big tables use pgsync verify --heal, which works in short steps. One table only:
-- psql -X -v ON_ERROR_STOP=1 -v table=visits -f sql/admin/reconcile.sql
set search_path to pg_catalog, pg_temp;

\if :{?table}
select
    done.reference,
    done.records,
    done.equal,
    done.waiting,
    done.failed,
    done.differences,
    done.corrected,
    done.details
from pgsync.verify_sync_integrity(:'table') as done;
\else
select
    done.reference,
    done.records,
    done.equal,
    done.waiting,
    done.failed,
    done.differences,
    done.corrected,
    done.details
from pgsync.verify_sync_integrity() as done;
\endif

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
