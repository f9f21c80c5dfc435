-- What the waiting changes have failed with, by class; then the latest failures, whatever became of them.
set search_path to pg_catalog, pg_temp;

select
    failure.error_class,
    failure.failing,
    failure.dead,
    failure.last_at,
    failure.last_change,
    failure.last_message,
    failure.is_capped as or_more
from pgsync.failures() as failure;

select
    attempt.recorded_at,
    attempt.log_id as change,
    attempt.source_table as source,
    attempt.record_id as record,
    attempt.attempt,
    attempt.error_class,
    attempt.error_column,
    attempt.error_message
from pgsync.sync_audit_log as attempt
where
    attempt.outcome = 'failed'
    and attempt.recorded_at > now() - interval '1 day'
order by attempt.recorded_at desc
limit 50;
