create or replace trigger check_configuration
before insert or update on pgsync.sync_configuration
for each row execute function pgsync.check_configuration();

alter table pgsync.sync_configuration enable always trigger check_configuration;

comment on trigger check_configuration on pgsync.sync_configuration
is 'Explains a refused value, and notes who changed a setting and when.';
