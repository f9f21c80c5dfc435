-- The text of a compiled rule is put together by the server from what it has parsed, and a server of another
-- major version may write the same differently. So the version stands before the checksum.
create or replace function pgsync.rule_checksum(function_name text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    (current_setting('server_version_num')::integer / 10000)::text || ':'
    || encode(sha256(convert_to(pg_get_functiondef(routine.oid), 'UTF8')), 'hex')
from pg_catalog.pg_proc as routine
where routine.pronamespace = 'pgsync'::regnamespace and routine.proname = rule_checksum.function_name;
$$;

comment on function pgsync.rule_checksum(text)
is 'The major version of the server and the SHA-256 of a compiled rule; null when there is none.';
