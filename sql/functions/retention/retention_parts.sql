-- Another part is a row here, a line in remove_old.sql, and a function like remove_old_jobs.
create or replace function pgsync.retention_parts()
returns table (place integer, part text, setting text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
values
(1, 'schedule_runs', 'job_retention_days'),
(2, 'failed_items', 'job_retention_days'),
(3, 'progress', 'job_retention_days'),
(4, 'jobs', 'job_retention_days'),
(5, 'deliveries', 'alert_retention_days'),
(6, 'alerts', 'alert_retention_days'),
(7, 'health_minutes', 'health_retention_days'),
(8, 'health', 'health_history_days'),
(9, 'conflicts', 'conflict_retention_days'),
(10, 'tombstones', 'tombstone_days');
$$;

comment on function pgsync.retention_parts()
is 'What retention removes, in this order, and the settings that say after how many days.';
