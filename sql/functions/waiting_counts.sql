create or replace function pgsync.waiting_counts(
    only_sources regclass[] default null,
    out ready bigint,
    out scheduled bigint,
    out paused bigint,
    out blocked bigint,
    out dead bigint,
    out next_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    count(*) filter (
        where queue.sync_status = 'pending' and (queue.scheduled_at is null or queue.scheduled_at <= now())
    ),
    count(*) filter (
        where queue.sync_status = 'pending' and queue.scheduled_at > now() and queue.scheduled_at < 'infinity'
    ),
    count(*) filter (
        where queue.sync_status = 'pending'
            and queue.scheduled_at = 'infinity'
            and queue.error_class is distinct from 'blocked'
    ),
    count(*) filter (
        where queue.sync_status = 'pending' and queue.scheduled_at = 'infinity' and queue.error_class = 'blocked'
    ),
    count(*) filter (where queue.sync_status = 'failed'),
    min(queue.scheduled_at) filter (
        where queue.sync_status = 'pending' and queue.scheduled_at > now() and queue.scheduled_at < 'infinity'
    )
from pgsync.sync_queue as queue
where only_sources is null or pgsync.is_of_sources(queue.log_id, only_sources);
$$;

comment on function pgsync.waiting_counts(regclass[])
is 'How many changes wait: to be posted now, for a time, for a resume, for an earlier change, for a person.';
