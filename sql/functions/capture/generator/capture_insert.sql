-- One statement writes the log and the queue, whatever list of changes it is given. The slot is a hash of the
-- record, so that changes of one record share it; it is only ever compared with slots of its own time.
create or replace function pgsync.capture_insert(source pgsync.sources, changes text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$
            with logged as (
                insert into pgsync.sync_logs (
                    source_table, source_version, record_id, action, data, old_data, origin, slot, correlation_id
                )
                select
                    v_root,
                    %1$s,
                    change.record_id,
                    change.action,
                    change.image,
                    change.old_image,
                    v_origin,
                    (pg_catalog.hashtext(change.record_id) operator(pg_catalog.&) 1023)::smallint,
                    v_correlation_id
                from (%2$s
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
$template$,
    source.version,
    capture_insert.changes
);
$$;

comment on function pgsync.capture_insert(pgsync.sources, text)
is 'The SQL statement that logs and queues a list of changes.';
