create or replace function pgsync.capture_checksum(function_name text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select encode(sha256(convert_to(routine.prosrc, 'UTF8')), 'hex')
from pg_catalog.pg_proc as routine
where routine.pronamespace = 'pgsync'::regnamespace and routine.proname = capture_checksum.function_name;
$$;

comment on function pgsync.capture_checksum(text)
is 'SHA-256 of the body of a capture function; null when there is none.';
