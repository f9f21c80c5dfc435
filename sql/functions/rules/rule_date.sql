-- Regular expressions are slow unless they look for one kind of character, so the plain days come first.
create or replace function pgsync.rule_date(written text)
returns date
language sql
stable
parallel safe
return case
    when
        written not like '____-__-__'
        or written like '%-%-%-%'
        or written ~ '[^0-9-]'
        or written < '0001' collate pg_catalog."C"
        then null
    when
        (pg_catalog.substr(written, 6) collate pg_catalog."C") between '01-01' and '12-28'
        and (pg_catalog.right(written, 2) collate pg_catalog."C") between '01' and '28'
        then written::date
    when
        written ~ '-((0[13578]|1[02])-(29|30|31)|(0[469]|11)-(29|30))$'
        or written like '%-02-29'
        and (
            pg_catalog.mod(pg_catalog.left(written, 4)::integer, 400) = 0
            or (
                pg_catalog.mod(pg_catalog.left(written, 4)::integer, 4) = 0
                and pg_catalog.mod(pg_catalog.left(written, 4)::integer, 100) <> 0
            )
        )
        then written::date
end;

comment on function pgsync.rule_date(text)
is 'A date written as 2026-01-31, of the years 1 to 9999; else null. Never fails.';
