create or replace function pgsync.get_failed_items_summary()
returns table (
    kind text,
    subject text,
    error_class text,
    open bigint,
    due bigint,
    given_up bigint,
    resolved bigint,
    next_attempt_at timestamptz,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    last_message text
)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    item.kind,
    item.subject,
    item.error_class,
    count(*) filter (where item.state = 'open') as open,
    count(*) filter (where item.next_attempt_at <= now()) as due,
    count(*) filter (where item.state = 'given_up') as given_up,
    count(*) filter (where item.state = 'resolved') as resolved,
    min(item.next_attempt_at) as next_attempt_at,
    min(item.first_seen_at) as first_seen_at,
    max(item.last_seen_at) as last_seen_at,
    (array_agg(item.error_message order by item.last_seen_at desc, item.id desc))[1] as last_message
from pgsync.sync_failed_items as item
group by item.kind, item.subject, item.error_class
order by given_up desc, open desc, item.kind, item.subject, item.error_class;
$$;

comment on function pgsync.get_failed_items_summary()
is 'Failed items of jobs by kind, subject and class: how many are open, due, given up and resolved.';
