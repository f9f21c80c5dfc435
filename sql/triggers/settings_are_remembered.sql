create or replace trigger settings_are_remembered
after update on pgsync.sync_configuration
for each row
when (old.config_value is distinct from new.config_value)
execute function pgsync.remember_setting();

alter table pgsync.sync_configuration enable always trigger settings_are_remembered;

comment on trigger settings_are_remembered on pgsync.sync_configuration
is 'Keeps who changed a setting, and from what to what.';
