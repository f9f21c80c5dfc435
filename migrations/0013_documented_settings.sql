-- The settings get the column names that administrators write by heart: update sync_configuration set
-- config_value = '10' where config_key = 'max_retry_attempts'. The view pgsync.configuration, the functions
-- and the program keep saying key and value, which programs read. Until the functions that read the table
-- are made anew, right after this, a worker finds no settings and tries again.
alter table pgsync.sync_configuration rename column key to config_key;
alter table pgsync.sync_configuration rename column value to config_value;

comment on table pgsync.sync_configuration
is 'Settings, in force as soon as a change is committed. Only config_value is there to be updated.';
