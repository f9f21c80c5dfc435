create or replace function pgsync.configuration_text(key text)
returns text
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_value text;
begin
    select setting.config_value
    into v_value
    from pgsync.sync_configuration as setting
    where setting.config_key = configuration_text.key;

    if not found then
        raise exception 'unknown setting %', quote_nullable(configuration_text.key)
            using errcode = 'undefined_object',
            hint = 'List the settings: select key, value, description from pgsync.configuration;';
    end if;
    return v_value;
end;
$$;

comment on function pgsync.configuration_text(text)
is 'The current value of a setting, as text. An unknown key is an error.';
