create or replace function pgsync.request_actor()
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(nullif(current_setting('pgsync.actor', true), '')::jsonb ->> 'token', 'anonymous');
$$;

comment on function pgsync.request_actor()
is 'Whose idempotency keys count in this transaction: the number of a token, or anonymous.';
