create or replace trigger dead_letters_are_revived
before update on pgsync.sync_queue
for each row
when (
    old.sync_status = 'failed' and (new.retry_count < old.retry_count or new.scheduled_at is not null)
)
execute function pgsync.revive_change();

alter table pgsync.sync_queue enable always trigger dead_letters_are_revived;

comment on trigger dead_letters_are_revived on pgsync.sync_queue
is 'Makes one update by hand enough to retry: set retry_count = 0, scheduled_at = now().';
