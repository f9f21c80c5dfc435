create or replace function pgsync.rule_number_problem(value jsonb)
returns integer
language sql
immutable
parallel safe
return case
    when pg_catalog.jsonb_typeof(value) = 'number'
        then
            case
                when pg_catalog.abs(value::numeric) >= 1000000000000000000 then 1
                when pg_catalog.min_scale(value::numeric) > 9 then 2
                else 0
            end
    when pg_catalog.jsonb_typeof(value) <> 'string' then 0
    when (value #>> '{}') in ('NaN', 'Infinity', '-Infinity') then 1
    when (value #>> '{}') !~ '^-?[0-9]+(\.[0-9]+)?$' then 0
    when pg_catalog.octet_length(value #>> '{}') > 100 then 1
    when pg_catalog.abs((value #>> '{}')::numeric) >= 1000000000000000000 then 1
    when pg_catalog.min_scale((value #>> '{}')::numeric) > 9 then 2
    else 0
end;

comment on function pgsync.rule_number_problem(jsonb)
is 'Why rule_number gave null: 0 not such a number, 1 out of range, 2 too many decimals.';
