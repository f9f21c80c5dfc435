create or replace function pgsync.reset_configuration(key text)
returns text
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    update pgsync.sync_configuration as setting
    set config_value = setting.default_value
    where setting.config_key = reset_configuration.key;

    return pgsync.configuration_text(reset_configuration.key);
end;
$$;

comment on function pgsync.reset_configuration(text)
is 'Resets a setting to its default and returns the current value. An unknown key is an error.';
