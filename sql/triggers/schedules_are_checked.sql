create or replace trigger schedules_are_checked
before insert
or update of name, kind, subject, type, cron, time_zone, hours_setting, too_late_after, enabled
on pgsync.sync_schedules
for each row execute function pgsync.check_schedule();

alter table pgsync.sync_schedules enable always trigger schedules_are_checked;

comment on trigger schedules_are_checked on pgsync.sync_schedules
is 'Refuses schedules that cannot run, and makes a changed one due after now.';
