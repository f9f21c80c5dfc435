-- Stops all posting at once; changes are still captured, and wait. To continue: select pgsync.resume();
set search_path to pg_catalog, pg_temp;

select pgsync.pause();

select pgsync.configuration_boolean('posting_paused') as is_paused;
