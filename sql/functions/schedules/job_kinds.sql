-- One row for each JobOperation of the worker but those that need more than a subject, which
-- nobody schedules: see pgsync.request_queue_job and pgsync.request_rule_diff.
create or replace function pgsync.job_kinds()
returns table (kind text, description text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
values
('verify', 'Compares everything, or a table, with the ledger; it heals nothing.'),
('reconcile', 'Compares what has changed since the last time with the ledger, and heals if reconcile_heals is true.'),
('import', 'Fetches from an HTTP API what is new, or with type initial all of its history: the subject is the import.'),
('sync', 'Exchanges records with a master, both ways: the subject is the master.'),
('compare', 'Compares two data sets, and with type sync mends what differs too much: the subject is the comparison.'),
('chain', 'Chains new rows of the audit log and the journal, and anchors the chain where the worker is told to.'),
('retention', 'Drops ranges of changes and removes ended jobs and alerts, when they are older than the settings say.');
$$;

comment on function pgsync.job_kinds()
is 'The kinds of jobs that workers run, on a schedule or on request.';
