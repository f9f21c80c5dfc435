-- Of a timestamp without an offset, which is what a clock on the wall has shown, it is the day as written.
create or replace function pgsync.rule_day(written text, zone text)
returns date
language sql
stable
parallel safe
return case
    when pg_catalog.left(pg_catalog.right(written, 6), 1) in ('+', '-') or pg_catalog.right(written, 1) = 'Z'
        then (written::timestamptz at time zone zone)::date
    else pg_catalog.left(written, 10)::date
end;

comment on function pgsync.rule_day(text, text)
is 'The date, in a time zone, of what rule_timestamp returned.';
