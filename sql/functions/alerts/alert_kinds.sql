-- Another kind is a row here and a function that finds it, which alert_facts calls.
create or replace function pgsync.alert_kinds()
returns table (kind text, place integer, found_by text, meaning text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
values
('SYSTEM_DOWN', 1, 'worker_alerts', 'No worker runs, although changes wait or the last worker did not shut down.'),
('CHECKER_SILENT', 2, 'checker_alerts', 'A worker runs, but alerts are not checked.'),
('CHAIN_BROKEN', 3, 'chain_alerts', 'The last verification of the chain found that history was changed.'),
('CAPTURE_BYPASS', 4, 'capture_alerts', 'Changes of a table are not captured, or were not.'),
('RANGES_SHORT', 5, 'range_alerts', 'Too few ranges of ids are ready.'),
('SYNC_FAILURES', 6, 'failure_alerts', 'Changes of a table fail, or have become dead letters.'),
('QUEUE_BACKUP', 7, 'queue_alerts', 'Changes wait too long, or more and more of them.'),
('DATA_INCONSISTENCY', 8, 'difference_alerts', 'The ledger differs from a table.'),
('PAUSED_TOO_LONG', 9, 'pause_alerts', 'Posting has been paused for long.'),
('HORIZON_HELD', 10, 'horizon_alerts', 'An old transaction or slot keeps the server from removing old rows.'),
('CHAIN_LATE', 11, 'chain_alerts', 'The chain is behind the audit log.'),
('SCHEDULE_LATE', 12, 'schedule_alerts', 'What was to run on a schedule has not been started.'),
('DELIVERY_FAILED', 13, 'delivery_alerts', 'News of alerts does not arrive through a channel.'),
('IMPORT_FAILED', 14, 'import_alerts', 'The last run of an import failed, or one waits for a person.'),
('ENDPOINT_DOWN', 15, 'endpoint_alerts', 'The system of somebody else does not answer, or refuses its secret.'),
('DATA_STALE', 16, 'freshness_alerts', 'A stream was not read for twice the time between its scheduled runs.'),
('EXCHANGE_HELD', 17, 'exchange_alerts', 'A master answers, but exchanges with it fail, or a table is left out.'),
('EXCHANGE_LATE', 18, 'exchange_alerts', 'No exchange with a node or a master has succeeded for long.'),
('CLOCK_SKEW', 19, 'exchange_alerts', 'The clock of a node or a master is wrong.'),
('COMPARISON_DIFFERS', 20, 'compare_alerts', 'Two data sets that should be the same are not, or were not compared.');
$$;

comment on function pgsync.alert_kinds()
is 'The kinds of alerts, the worst first, and what each means.';
