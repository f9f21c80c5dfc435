create or replace function pgsync.configuration_integer(key text)
returns bigint
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return pgsync.configuration_text(configuration_integer.key)::bigint;
end;
$$;

comment on function pgsync.configuration_integer(text)
is 'The value in force of a setting that is a whole number. An unknown key is an error.';
