-- A TRUNCATE trigger guards one table alone; each range is given its own by pgsync.guard_range.
create or replace trigger sync_logs_is_never_truncated
before truncate on pgsync.sync_logs
for each statement execute function pgsync.refuse_change();

alter table pgsync.sync_logs enable always trigger sync_logs_is_never_truncated;

comment on trigger sync_logs_is_never_truncated on pgsync.sync_logs
is 'Captured changes stay in the log.';
