-- Compiled rules call the functions rule_* for each column of each row. They are bound when they are created
-- and have no setting of their own, so that the planner puts their text into the query.
create or replace function pgsync.rule_number(value jsonb)
returns numeric
language sql
immutable
parallel safe
return case pg_catalog.jsonb_typeof(value)
    when 'number'
        then
            case
                when
                    pg_catalog.abs(value::numeric) < 1000000000000000000
                    and pg_catalog.min_scale(value::numeric) <= 9
                    then value::numeric
            end
    when 'string' then
        case
            when
                pg_catalog.octet_length(value #>> '{}') <= 100
                and (value #>> '{}') ~ '^-?[0-9]+(\.[0-9]+)?$'
                then
                    case
                        when
                            pg_catalog.abs((value #>> '{}')::numeric) < 1000000000000000000
                            and pg_catalog.min_scale((value #>> '{}')::numeric) <= 9
                            then (value #>> '{}')::numeric
                    end
        end
end;

comment on function pgsync.rule_number(jsonb)
is 'A number of an image, written as number or text, of up to 18 digits and 9 decimals; else null.';
