create or replace function pgsync.rule_bounded(read numeric, places integer)
returns numeric
language sql
immutable
parallel safe
return case
    when pg_catalog.abs(read) < 1000000000000000000 and pg_catalog.min_scale(read) <= places then read
end;

comment on function pgsync.rule_bounded(numeric, integer)
is 'A number of up to 18 digits and so many decimals; else null.';
