create or replace trigger schedules_follow_settings
after update of config_value on pgsync.sync_configuration
for each row execute function pgsync.follow_setting();

alter table pgsync.sync_configuration enable always trigger schedules_follow_settings;

comment on trigger schedules_follow_settings on pgsync.sync_configuration
is 'Makes schedules that follow a changed setting due after now.';
