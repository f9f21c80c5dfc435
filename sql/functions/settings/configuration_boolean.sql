create or replace function pgsync.configuration_boolean(key text)
returns boolean
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return pgsync.configuration_text(configuration_boolean.key)::boolean;
end;
$$;

comment on function pgsync.configuration_boolean(text)
is 'The current value of a boolean setting. An unknown key is an error.';
