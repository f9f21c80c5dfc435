create or replace trigger sync_logs_never_changes
before update or delete on pgsync.sync_logs
for each row execute function pgsync.refuse_change();

alter table pgsync.sync_logs enable always trigger sync_logs_never_changes;

comment on trigger sync_logs_never_changes on pgsync.sync_logs
is 'Captured changes never change.';
