create or replace function ledger.open_period(name text, first_day date, last_day date)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
insert into ledger.periods (name, days)
values (open_period.name, daterange(open_period.first_day, open_period.last_day, '[]'));
$$;

comment on function ledger.open_period(text, date, date)
is 'Creates a period: from then on, entries can be posted on its days.';
