-- What migrations have inserted: another default is a row here, too.
create or replace function pgsync.default_schedules()
returns table (name text, kind text, type text, cron text, hours_setting text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
values
('chain', 'chain', null::text, '*/5 * * * *', null::text),
('reconcile', 'reconcile', null, '0 * * * *', 'reconciliation_frequency_hours'),
('retention', 'retention', null, '0 3 * * *', null),
('verify', 'verify', 'full', '30 2 * * 0', null);
$$;

comment on function pgsync.default_schedules()
is 'The schedules that pgsync comes with.';
