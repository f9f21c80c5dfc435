create or replace function pgsync.catch_up(endpoint text)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.masters as own
set status = 'catching_up', updated_at = clock_timestamp()
where own.endpoint = catch_up.endpoint and own.status <> 'catching_up';
$$;

comment on function pgsync.catch_up(text)
is 'Notes that a master has more than is applied at once, so that readers see parts of it meanwhile.';
