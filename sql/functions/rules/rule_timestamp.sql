-- It is read as a timestamp with time zone only where it says how far it is from UTC, so that no setting has
-- a say in it. More decimals than six would be rounded, perhaps into the next day. The years are those for
-- which the interpreter is given the data of time zones; only near their ends it takes reading to know.
create or replace function pgsync.rule_timestamp(written text)
returns text
language sql
stable
parallel safe
return case
    when
        written !~ (
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?'
            '(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])?$'
        )
        or pgsync.rule_date(pg_catalog.left(written, 10)) is null
        then null
    when (pg_catalog.left(written, 4) collate pg_catalog."C") between '1901' and '2198' then written
    when
        case when written ~ '(Z|[+-]..:..)$' then written else written || 'Z' end::timestamptz
        between '1900-01-01T00:00:00Z'::timestamptz and '2199-12-31T23:59:59.999999Z'::timestamptz
        then written
end;

comment on function pgsync.rule_timestamp(text)
is 'A timestamp written as 2026-01-31T18:30:00+00:00, or without the offset, of 1900 to 2199; else null.';
