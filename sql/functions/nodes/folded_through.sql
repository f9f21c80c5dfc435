create or replace function pgsync.folded_through()
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
return (select fold.folded_through from pgsync.version_fold as fold);

comment on function pgsync.folded_through()
is 'The tick up to which the log is folded; null before the first fold.';
