create or replace function pgsync.configuration_allowed(
    kind text,
    minimum numeric,
    maximum numeric,
    unit text
)
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    case configuration_allowed.kind
        when 'integer' then 'a whole number'
        when 'number' then 'a number'
        when 'boolean' then 'true or false'
        else 'text that is not blank'
    end
    || coalesce(' from ' || configuration_allowed.minimum::text, '')
    || coalesce(' to ' || configuration_allowed.maximum::text, '')
    || coalesce(' ' || configuration_allowed.unit, '');
$$;

comment on function pgsync.configuration_allowed(text, numeric, numeric, text)
is 'Describes the values that a setting of this kind and range allows.';
