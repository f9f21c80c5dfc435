-- A TRUNCATE trigger guards one table alone; each further partition is given its own when it is made.
create or replace trigger sync_logs_is_never_truncated
before truncate on pgsync.sync_logs
for each statement execute function pgsync.refuse_change();

alter table pgsync.sync_logs enable always trigger sync_logs_is_never_truncated;

comment on trigger sync_logs_is_never_truncated on pgsync.sync_logs
is 'Captured changes stay in the log.';

create or replace trigger sync_logs_is_never_truncated
before truncate on pgsync.sync_logs_000001
for each statement execute function pgsync.refuse_change();

alter table pgsync.sync_logs_000001 enable always trigger sync_logs_is_never_truncated;

comment on trigger sync_logs_is_never_truncated on pgsync.sync_logs_000001
is 'Captured changes stay in the log.';
