create or replace view pgsync.import_failed_items as
select
    item.id,
    item.job,
    item.subject as import,
    split_part(item.item_id, ' ', 1) as stream,
    substr(item.item_id, strpos(item.item_id, ' ') + 1) as item,
    item.payload,
    item.error_class,
    item.error_message,
    item.error_column,
    item.state,
    item.attempts,
    item.max_attempts,
    item.next_attempt_at,
    item.first_seen_at,
    item.last_seen_at,
    item.resolved_at,
    item.resolved_by,
    item.resolution
from pgsync.sync_failed_items as item
where
    item.kind = 'import'
    and coalesce(item.subject = any((select pgsync.limited_endpoints())::text[]), true);

comment on view pgsync.import_failed_items
is 'The failed items of the imports that the current user may see.';
comment on column pgsync.import_failed_items.id is 'The number of the failed item.';
comment on column pgsync.import_failed_items.job is 'The job in which it last failed.';
comment on column pgsync.import_failed_items.import is 'The import.';
comment on column pgsync.import_failed_items.stream is 'The stream.';
comment on column pgsync.import_failed_items.item is 'The key of the row.';
comment on column pgsync.import_failed_items.payload is 'What was kept of the row.';
comment on column pgsync.import_failed_items.error_class is 'The class of its last failure.';
comment on column pgsync.import_failed_items.error_message is 'The message of its last failure.';
comment on column pgsync.import_failed_items.error_column is 'The column that failed.';
comment on column pgsync.import_failed_items.state is 'open, given_up or resolved.';
comment on column pgsync.import_failed_items.attempts is 'How many times it has failed.';
comment on column pgsync.import_failed_items.max_attempts is 'After how many failures it is given up.';
comment on column pgsync.import_failed_items.next_attempt_at
is 'When to try it again; null unless it is open.';
comment on column pgsync.import_failed_items.first_seen_at is 'When it first failed.';
comment on column pgsync.import_failed_items.last_seen_at is 'When it last failed.';
comment on column pgsync.import_failed_items.resolved_at is 'When it was resolved.';
comment on column pgsync.import_failed_items.resolved_by is 'The login that resolved it.';
comment on column pgsync.import_failed_items.resolution is 'How it was resolved.';
