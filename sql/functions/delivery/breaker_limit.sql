create or replace function pgsync.breaker_limit()
returns integer
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$ select 5; $$;

comment on function pgsync.breaker_limit()
is 'After how many failures in a row a channel is left alone for a while, then tried with one message.';
