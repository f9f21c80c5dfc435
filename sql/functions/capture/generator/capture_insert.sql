-- One statement writes the log and the queue, whatever list of changes it is given. The slot is a hash of the
-- record, so that changes of one record share it; it is only ever compared with slots of its own time. The
-- secret is made by the first row that asks for it, so that a statement that changes nothing makes none. A
-- source that is not posted has no queue.
create or replace function pgsync.capture_insert(source pgsync.sources, changes text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    case
        when source.image_key is null
            then $template$
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
            select logged.id, logged.slot from logged%4$s;
$template$
        else $template$
            with made as materialized (
                select own.secret, own.encrypted_secret from pgsync.new_secret(%3$L) as own
            ),
            logged as (
                insert into pgsync.sync_logs (
                    source_table, source_version, record_id, action, origin, slot, correlation_id,
                    image_key, encrypted_secret, encrypted_image
                )
                select
                    v_root,
                    %1$s,
                    change.record_id,
                    change.action,
                    v_origin,
                    (pg_catalog.hashtext(change.record_id) operator(pg_catalog.&) 1023)::smallint,
                    v_correlation_id,
                    %3$L,
                    (select made.encrypted_secret from made),
                    pgsync.encrypt_image(change.image, change.old_image, (select made.secret from made))
                from (%2$s
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged%4$s;
$template$
    end,
    source.version,
    capture_insert.changes,
    source.image_key,
    case when not source.posts then ' where false' end
);
$$;

comment on function pgsync.capture_insert(pgsync.sources, text)
is 'The SQL statement that logs and queues a list of changes.';
