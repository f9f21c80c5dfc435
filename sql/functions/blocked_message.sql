create or replace function pgsync.blocked_message()
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select 'an earlier change of the record is not done';
$$;

comment on function pgsync.blocked_message()
is 'What is said of a change that waits for an earlier one of its record.';
