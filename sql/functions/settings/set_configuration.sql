create or replace function pgsync.set_configuration(key text, value text)
returns text
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    update pgsync.sync_configuration as setting
    set config_value = set_configuration.value
    where setting.config_key = set_configuration.key;

    return pgsync.configuration_text(set_configuration.key);
end;
$$;

comment on function pgsync.set_configuration(text, text)
is 'Changes a setting and returns the current value. An unknown key or a refused value is an error.';
