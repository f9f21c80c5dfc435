-- Compiled rules call the functions rule_* for each column of each row. They are bound when they are created
-- and have no setting of their own, so that the planner puts their text into the query.
create or replace function pgsync.rule_number(value jsonb, written text)
returns numeric
language sql
immutable
parallel safe
return case
    when pg_catalog.jsonb_typeof(value) = 'number' then value::numeric
    when pg_catalog.octet_length(written) <= 100 and written ~ '^-?[0-9]+(\.[0-9]+)?$' then written::numeric
end;

comment on function pgsync.rule_number(jsonb, text)
is 'A number in an image, as number or text, given the result of ->>; else null. See rule_bounded.';
