create or replace function pgsync.exceeds_guard(going bigint, live bigint)
returns boolean
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
return going > 1000 or going > 20 and going > 0.2 * live;

comment on function pgsync.exceeds_guard(bigint, bigint)
is 'Whether so many of the records of a table are deleted at once that a person has to agree.';
