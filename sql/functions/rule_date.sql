create or replace function pgsync.rule_date(value jsonb)
returns date
language sql
immutable
parallel safe
return case
    when
        pg_catalog.jsonb_typeof(value) = 'string'
        and (value #>> '{}') ~ (
            '^(?!0000)[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])'
            '|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-9]))$'
        )
        then
            case
                when
                    (value #>> '{}') not like '%-02-29'
                    or pg_catalog.mod(pg_catalog.left(value #>> '{}', 4)::integer, 400) = 0
                    or (
                        pg_catalog.mod(pg_catalog.left(value #>> '{}', 4)::integer, 4) = 0
                        and pg_catalog.mod(pg_catalog.left(value #>> '{}', 4)::integer, 100) <> 0
                    )
                    then pg_catalog.make_date(
                        pg_catalog.left(value #>> '{}', 4)::integer,
                        pg_catalog.substr(value #>> '{}', 6, 2)::integer,
                        pg_catalog.substr(value #>> '{}', 9, 2)::integer
                    )
            end
end;

comment on function pgsync.rule_date(jsonb)
is 'A day of an image written as 2026-01-31, of the years 1 to 9999; else null. Never fails.';
