create or replace function pgsync.failures(most integer default 10000)
returns table (
    error_class text,
    failing bigint,
    dead bigint,
    last_at timestamptz,
    last_change bigint,
    last_message text,
    is_capped boolean
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
with seen as materialized (
    select queue.*
    from pgsync.sync_queue as queue
    where queue.error_class is not null
    limit most::bigint + 1
)

select
    seen.error_class,
    count(*) filter (where seen.sync_status <> 'failed'),
    count(*) filter (where seen.sync_status = 'failed'),
    max(seen.last_sync_attempt),
    (array_agg(seen.log_id order by seen.last_sync_attempt desc nulls last, seen.log_id desc))[1],
    (array_agg(seen.error_message order by seen.last_sync_attempt desc nulls last, seen.log_id desc))[1],
    (select count(*) from seen) > most
from seen
where seen.error_class <> 'blocked'
group by seen.error_class
order by count(*) desc, seen.error_class;
$$;

comment on function pgsync.failures(integer)
is 'What the waiting changes have failed with, by class, the most frequent first.';
