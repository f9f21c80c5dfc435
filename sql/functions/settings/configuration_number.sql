create or replace function pgsync.configuration_number(key text)
returns numeric
language plpgsql
stable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return pgsync.configuration_text(configuration_number.key)::numeric;
end;
$$;

comment on function pgsync.configuration_number(text)
is 'The current value of a numeric setting. An unknown key is an error.';
