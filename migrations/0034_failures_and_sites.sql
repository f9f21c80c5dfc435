-- Failures are many after a bad day, and are looked for by table and by class: so the queue names the table
-- of what has failed, and an index has both. What waits and has not failed has neither, so capturing and
-- posting pay for nothing, and what the index does not have is still found, if more slowly: a name that is
-- missing hides no change.
--
-- Whoever writes to an attached table waits while this transaction names what has failed so far.
alter table pgsync.sync_queue add column source_table regclass;
comment on column pgsync.sync_queue.source_table
is 'The table of the record once there is an error, by which it is found among many.';

update pgsync.sync_queue as queue
set source_table = log.source_table
from pgsync.sync_logs as log
where octet_length(queue.error_class) <= 200 and queue.log_id = log.id;

-- squawk-ignore require-concurrent-index-creation
create index sync_queue_failed on pgsync.sync_queue (source_table, error_class, sync_status, log_id)
where source_table is not null and error_class is not null;
-- Always nearly empty: what failed while functions of an older version were there, or was changed by hand.
-- squawk-ignore require-concurrent-index-creation
create index sync_queue_failed_otherwise on pgsync.sync_queue (log_id)
where (sync_status = 'failed' or error_class is not null) and (source_table is null or error_class is null);

-- A token of one site may also act on what is of its site; which that is, the database checks.
-- squawk-ignore ban-drop-constraint
alter table pgsync.api_tokens drop constraint site_reads_only;
alter table pgsync.api_tokens add constraint site_reads_and_operates check (
    site is null or (scopes <@ array['read', 'operate'] and octet_length(site) between 1 and 200)
) not valid;
-- The tokens are few.
-- squawk-ignore constraint-missing-not-valid
alter table pgsync.api_tokens validate constraint site_reads_and_operates;
