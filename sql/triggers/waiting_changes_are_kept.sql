create or replace trigger waiting_changes_are_kept
before delete or truncate on pgsync.sync_queue
for each statement
when (current_setting('pgsync.finishing', true) is distinct from 'on')
execute function pgsync.keep_waiting();

alter table pgsync.sync_queue enable always trigger waiting_changes_are_kept;

comment on trigger waiting_changes_are_kept on pgsync.sync_queue
is 'A captured change is posted or skipped, never just deleted.';
