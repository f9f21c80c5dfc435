-- Not in SQL, which the planner would put into the query of each rule, once for each number: to be made ready
-- for every batch, and used by none.
create or replace function pgsync.rule_number_problem(value jsonb)
returns integer
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    return case
        when jsonb_typeof(value) = 'number'
            then
                case
                    when abs(value::numeric) >= 1000000000000000000 then 1
                    when min_scale(value::numeric) > 9 then 2
                    else 0
                end
        when jsonb_typeof(value) <> 'string' then 0
        when (value #>> '{}') in ('NaN', 'Infinity', '-Infinity') then 1
        when (value #>> '{}') !~ '^-?[0-9]+(\.[0-9]+)?$' then 0
        when octet_length(value #>> '{}') > 100 then 1
        when abs((value #>> '{}')::numeric) >= 1000000000000000000 then 1
        when min_scale((value #>> '{}')::numeric) > 9 then 2
        else 0
    end;
end;
$$;

comment on function pgsync.rule_number_problem(jsonb)
is 'Why rule_number returned null: 0 not such a number, 1 out of range, 2 too many decimals.';
