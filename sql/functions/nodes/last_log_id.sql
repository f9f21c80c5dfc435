create or replace function pgsync.last_log_id()
returns bigint
language sql
volatile
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select sequence.last_value from pgsync.sync_logs_id_seq as sequence;
$$;

comment on function pgsync.last_log_id() is 'The last id of the log that was given out.';
