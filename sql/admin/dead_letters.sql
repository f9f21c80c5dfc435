-- Dead letters, the oldest first. Once the cause is fixed, retry those of a class:
-- select pgsync.retry_changes(error_class => 'data.*'). To end one instead:
-- select pgsync.skip_changes(array[4711], 'why').
set search_path to pg_catalog, pg_temp;

select
    waiting.log_id as change,
    waiting.source_table as source,
    waiting.record_id as record,
    waiting.action,
    waiting.captured_at,
    date_trunc('second', now() - waiting.captured_at) as age,
    waiting.attempts,
    waiting.error_class,
    pgsync.failure_text(waiting.error_column, waiting.error_message) as message
from pgsync.waiting_changes as waiting
where
    waiting.error_class is not null
    and waiting.state = 'dead'
order by waiting.log_id
limit 100;
