-- In statements as plain as can be: setting up a query that handles any number of rows costs more than the
-- row.
create or replace function pgsync.capture_record(
    source pgsync.sources, record_id text, action text, image text, old_image text
)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$        v_slot := pg_catalog.hashtext(%1$s) operator(pg_catalog.&) 1023;
        insert into pgsync.sync_logs (
            source_table, source_version, record_id, action, data, old_data, origin, slot, correlation_id
        )
        values (
            v_root, %5$s, %1$s, %2$s, %3$s, %4$s,
            v_origin,
            v_slot,
            v_correlation_id
        );
        insert into pgsync.sync_queue (log_id, slot) values (pg_catalog.currval('pgsync.sync_logs_id_seq'), v_slot);
$template$,
    capture_record.record_id,
    capture_record.action,
    capture_record.image,
    capture_record.old_image,
    source.version
);
$$;

comment on function pgsync.capture_record(pgsync.sources, text, text, text, text)
is 'The SQL statements that log and queue the change of a single record.';
