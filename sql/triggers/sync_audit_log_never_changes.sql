create or replace trigger sync_audit_log_never_changes
before update or delete on pgsync.sync_audit_log
for each row execute function pgsync.refuse_change();

alter table pgsync.sync_audit_log enable always trigger sync_audit_log_never_changes;

comment on trigger sync_audit_log_never_changes on pgsync.sync_audit_log
is 'Recorded attempts never change.';
