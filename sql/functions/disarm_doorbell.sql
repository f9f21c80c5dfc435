create or replace function pgsync.disarm_doorbell()
returns boolean
language sql
volatile
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pg_advisory_unlock(1886876531, 1);
$$;

comment on function pgsync.disarm_doorbell()
is 'After waking: changes need not be announced any more.';
