create or replace function pgsync.empty_result()
returns pgsync.batch_result
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select row(0, 0, 0, 0, 0, 0, 0, 0, 0, null, null, null, null, null, null, null, null, false)::pgsync.batch_result;
$$;

comment on function pgsync.empty_result()
is 'What became of no claims at all.';
