-- One row for each JobOperation of the worker.
create or replace function pgsync.job_kinds()
returns table (kind text, description text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
values ('retention', 'Removes ended jobs, settled failed items and runs of schedules that are older than job_retention_days.');
$$;

comment on function pgsync.job_kinds()
is 'The kinds of jobs that workers run, on a schedule or on request.';
