-- Retries everything that has failed, dead letters included, at once. What fails again is one again.
set search_path to pg_catalog, pg_temp;

select pgsync.retry_changes() as retried;
