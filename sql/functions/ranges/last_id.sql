-- A sequence that was never used reports 1, like one that has given out 1.
create or replace function pgsync.last_id()
returns bigint
language sql
volatile
set search_path = pg_catalog, pgsync, pg_temp
as $$
select sequence.last_value - (not sequence.is_called)::integer
from pgsync.sync_logs_id_seq as sequence;
$$;

comment on function pgsync.last_id()
is 'The newest id of a change that was given out; 0 for none.';
