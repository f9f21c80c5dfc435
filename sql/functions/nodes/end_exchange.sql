create or replace function pgsync.end_exchange(endpoint text, status text, error text default null)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.masters as own
set
    status = end_exchange.status,
    last_error = left(end_exchange.error, 1000),
    last_synced_at = case when end_exchange.status = 'success' then clock_timestamp() else own.last_synced_at end,
    retry_count = case when end_exchange.status = 'failed' then own.retry_count + 1 else 0 end,
    updated_at = clock_timestamp()
where own.endpoint = end_exchange.endpoint;
$$;

comment on function pgsync.end_exchange(text, text, text)
is 'Notes how an exchange with a master ended: success, partial or failed.';
