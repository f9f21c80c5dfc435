-- Steps from one kind to the next in the index of failures, so that it costs as many looks as there are
-- kinds, and not as there are failures. It does not list what is in sync_queue_failed_otherwise.
create or replace function pgsync.failed_kinds()
returns table (source_table regclass, error_class text, sync_status pgsync.sync_status)
language sql
stable
rows 50
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
with recursive kind as (
    (
        select queue.source_table, queue.error_class, queue.sync_status
        from pgsync.sync_queue as queue
        where queue.source_table is not null and queue.error_class is not null
        order by queue.source_table, queue.error_class, queue.sync_status
        limit 1
    )
    union all
    select further.source_table, further.error_class, further.sync_status
    from kind
    cross join lateral (
        select queue.source_table, queue.error_class, queue.sync_status
        from pgsync.sync_queue as queue
        where queue.source_table is not null
            and queue.error_class is not null
            and (queue.source_table, queue.error_class, queue.sync_status)
            > (kind.source_table, kind.error_class, kind.sync_status)
        order by queue.source_table, queue.error_class, queue.sync_status
        limit 1
    ) as further
)

select kind.source_table, kind.error_class, kind.sync_status from kind;
$$;

comment on function pgsync.failed_kinds()
is 'Which tables have failures of which class, dead or to be tried again.';
