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
is 'The current value of an integer setting. An unknown key is an error.';
