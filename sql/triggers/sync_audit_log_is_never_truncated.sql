create or replace trigger sync_audit_log_is_never_truncated
before truncate on pgsync.sync_audit_log
for each statement execute function pgsync.refuse_change();

alter table pgsync.sync_audit_log enable always trigger sync_audit_log_is_never_truncated;

comment on trigger sync_audit_log_is_never_truncated on pgsync.sync_audit_log
is 'Recorded attempts never change.';
