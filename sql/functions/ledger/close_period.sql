create or replace function ledger.close_period(name text)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select ledger.move_period(close_period.name, '{closing}', 'closed', null);
$$;

comment on function ledger.close_period(text)
is 'The second step: nothing more can be posted. Accounts marked zero_to_close must be zero.';
