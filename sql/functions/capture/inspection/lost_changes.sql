-- Only the newest changes, because it reads that much of the log.
create or replace function pgsync.lost_changes(most bigint default 100000)
returns table (log_id bigint, source_table regclass, record_id text, captured_at timestamptz)
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
set jit = off
as $$
select
    log.id,
    log.source_table,
    log.record_id,
    log.captured_at
from (
    select own.*
    from pgsync.sync_logs as own
    order by own.id desc
    limit lost_changes.most
) as log
left join pgsync.sync_queue as queue on log.id = queue.log_id
where queue.log_id is null
    and not exists (
        select
        from pgsync.sync_audit_log as audit
        where audit.log_id = log.id and audit.outcome <> 'failed'
    )
    and not exists (
        select
        from pgsync.source_versions as made
        where made.source_table = log.source_table and made.version = log.source_version and not made.posts
    )
order by log.id;
$$;

comment on function pgsync.lost_changes(bigint)
is 'Changes that neither wait nor have an outcome: someone removed them from the queue by hand.';
