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
    case
        when source.image_key is null
            then $template$        v_slot := pg_catalog.hashtext(%1$s) operator(pg_catalog.&) 1023;
        insert into pgsync.sync_logs (
            source_table, source_version, record_id, action, data, old_data, origin, slot, correlation_id
        )
        values (
            v_root, %5$s, %1$s, %2$s, %3$s, %4$s,
            v_origin,
            v_slot,
            v_correlation_id
        );
%7$s$template$
        else $template$        v_slot := pg_catalog.hashtext(%1$s) operator(pg_catalog.&) 1023;
        insert into pgsync.sync_logs (
            source_table, source_version, record_id, action, origin, slot, correlation_id,
            image_key, encrypted_secret, encrypted_image
        )
        select
            v_root, %5$s, %1$s, %2$s,
            v_origin,
            v_slot,
            v_correlation_id,
            %6$L,
            made.encrypted_secret,
            pgsync.encrypt_image(%3$s, %4$s, made.secret)
        from pgsync.new_secret(%6$L) as made;
%7$s$template$
    end,
    capture_record.record_id,
    capture_record.action,
    capture_record.image,
    capture_record.old_image,
    source.version,
    source.image_key,
    case
        when source.posts
            then $queue$        insert into pgsync.sync_queue (log_id, slot) values (pg_catalog.currval('pgsync.sync_logs_id_seq'), v_slot);
$queue$
    end
);
$$;

comment on function pgsync.capture_record(pgsync.sources, text, text, text, text)
is 'The SQL statements that log and queue the change of a single record.';
