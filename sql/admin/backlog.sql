-- How everything stands, at a cost that does not grow with what waits: what each table has unfinished, and
-- the rules that post its documents of today.
set search_path to pg_catalog, pg_temp;

select
    backlog.table_name as source,
    backlog.waiting,
    backlog.failing,
    backlog.dead,
    backlog.is_capped as or_more,
    date_trunc('second', now() - backlog.oldest_at) as oldest,
    backlog.paused_at,
    array_to_string(backlog.rules, ', ') as rules
from pgsync.backlog() as backlog;

select
    size.changes as unfinished,
    size.is_estimate,
    pgsync.configuration_boolean('posting_paused') as is_paused
from pgsync.queue_size() as size;
