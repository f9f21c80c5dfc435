-- What is not a text begins with a minus, a digit or a bracket, or is true or false.
create or replace function pgsync.rule_text(value jsonb, written text)
returns text
language sql
immutable
parallel safe
return case
    when
        pg_catalog.ascii(written) not in (45, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 91, 102, 116, 123)
        or pg_catalog.jsonb_exists(value, written)
        then written
end;

comment on function pgsync.rule_text(jsonb, text)
is 'A text in an image, given the result of ->>; null for anything else.';
