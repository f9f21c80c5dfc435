create or replace function pgsync.severity_rank(severity text)
returns integer
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$ select array_position(array['low', 'medium', 'high', 'critical'], severity); $$;

comment on function pgsync.severity_rank(text)
is 'Higher for a worse severity: low 1, medium 2, high 3, critical 4.';
