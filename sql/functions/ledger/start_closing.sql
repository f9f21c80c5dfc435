create or replace function ledger.start_closing(name text)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select ledger.move_period(start_closing.name, '{open}', 'closing', null);
$$;

comment on function ledger.start_closing(text)
is 'The first step of closing a period, after which it takes manual and closing entries only.';
