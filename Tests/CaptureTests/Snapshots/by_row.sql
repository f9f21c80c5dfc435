-- Long because each action has branches of its own. Made by: select pgsync.attach('public.bills', kind => 'row')
CREATE OR REPLACE FUNCTION pgsync.capture_public_bills_NNNNN()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
AS $function$
#variable_conflict use_column
<<pgsync_capture>>
declare
    v_root pg_catalog.oid := tg_relid;
    v_context pg_catalog.text;
    v_zone pg_catalog.text;
    v_origin pg_catalog.text;
    v_correlation_id pg_catalog.text;
    v_stale boolean := 'f';
    v_slot smallint;
    v_image pg_catalog.jsonb;
    v_record_id pg_catalog.text;
    v_old_image pg_catalog.jsonb;
    v_old_record_id pg_catalog.text;
    v_kept_image pg_catalog.jsonb;
begin
    get diagnostics v_context = pg_context;
    -- Usually a statement of the application itself writes and says nothing of itself, and nobody sleeps.
    if (
        case
            when v_root operator(pg_catalog.<>) 'NNNNN' or v_context operator(pg_catalog.~~) E'%\n%' then true
            when pg_catalog.current_setting('pgsync.capture_public_bills_NNNNN_1', true) operator(pg_catalog.=) 'on' then
                pg_catalog.currval('pgsync.capture_public_bills_NNNNN_nesting') operator(pg_catalog.>) 1
                or greatest(
                    pg_catalog.current_setting('pgsync.origin', true),
                    pg_catalog.current_setting('pgsync.correlation_id', true)
                ) operator(pg_catalog.<>) ''
                or pg_catalog.current_setting('timezone') operator(pg_catalog.<>) all (array['UTC', 'Etc/UTC', 'GMT'])
                or not pg_catalog.pg_try_advisory_xact_lock_shared(1886876531, 1 /* doorbell */)
            else true
        end
    ) then
        if v_root operator(pg_catalog.<>) 'NNNNN' then
            v_root := pgsync.attached_root('capture_public_bills_NNNNN', tg_relid);
            if v_root is null then
                return null;
            end if;
        end if;
        v_stale := pgsync.note_nesting('pgsync.capture_public_bills_NNNNN_nesting', 'pgsync.capture_public_bills_NNNNN_1', v_context) or v_stale;
        if pg_catalog.current_setting('pgsync.origin', true) operator(pg_catalog.<>) '' then
            v_origin := pg_catalog.left(pg_catalog.current_setting('pgsync.origin'), 200);
        end if;
        if pg_catalog.current_setting('pgsync.correlation_id', true) operator(pg_catalog.<>) '' then
            v_correlation_id := pg_catalog.left(pg_catalog.current_setting('pgsync.correlation_id'), 200);
        end if;
        -- Images are in UTC. The time zone is not pinned like other settings, because the server reports it
        -- to clients and looks for changes after each statement that touched it.
        if pg_catalog.current_setting('timezone') operator(pg_catalog.<>) all (array['UTC', 'Etc/UTC', 'GMT']) then
            v_zone := pg_catalog.current_setting('timezone');
            perform pg_catalog.set_config('timezone', 'UTC', true);
        end if;
        if not pg_catalog.pg_try_advisory_xact_lock_shared(1886876531, 1 /* doorbell */)
            and pg_catalog.pg_notification_queue_usage() operator(pg_catalog.<) 0.5
        then
            perform pg_catalog.pg_notify('pgsync', '');
        end if;
    end if;

    if tg_op operator(pg_catalog.=) 'INSERT' then
        begin
            v_image := null;
            if pgsync.keeps_columns('capture_public_bills_NNNNN') and pg_catalog.pg_typeof(new.id)::pg_catalog.oid operator(pg_catalog.=) '20' and pg_catalog.pg_typeof(new.amount)::pg_catalog.oid operator(pg_catalog.=) '1700' and pg_catalog.pg_typeof(new.paid_at)::pg_catalog.oid operator(pg_catalog.=) '1184' and pg_catalog.pg_typeof(new.notes)::pg_catalog.oid operator(pg_catalog.=) '3802' then
                v_image := pg_catalog.jsonb_build_object('id', new.id, 'amount', new.amount, 'paid_at', new.paid_at, 'notes', new.notes);
                v_record_id := v_image operator(pg_catalog.->>) 'id';
            end if;
        exception when undefined_column or datatype_mismatch then
            v_image := null;
        end;
        if v_image is null then
            perform pgsync.check_reader('postgres');
            v_image := pgsync_read.postgres(v_root, new);
            v_record_id := pgsync.record_id_of(v_root, v_image);
            v_image := pgsync.renamed_image(v_root, v_image);
            v_stale := true;
        end if;
        if v_stale then
            v_image := (select present.image from pgsync.capture_public_bills_NNNNN_read(array[v_record_id], null, null) as present where present.record_id operator(pg_catalog.=) v_record_id limit 1);
        end if;
        if v_image is not null then
        v_slot := pg_catalog.hashtext(v_record_id) operator(pg_catalog.&) 1023;
        insert into pgsync.sync_logs (
            source_table, source_version, record_id, action, data, old_data, origin, slot, correlation_id
        )
        values (
            v_root, 1, v_record_id, 'create', v_image, null,
            v_origin,
            v_slot,
            v_correlation_id
        );
        insert into pgsync.sync_queue (log_id, slot) values (pg_catalog.currval('pgsync.sync_logs_id_seq'), v_slot);
        elsif not v_stale then
            raise exception 'the columns of % have changed since this transaction began', v_root::pg_catalog.regclass
                using errcode = 'serialization_failure';
        end if;
    elsif tg_op operator(pg_catalog.=) 'TRUNCATE' then
            with logged as (
                insert into pgsync.sync_logs (
                    source_table, source_version, record_id, action, data, old_data, origin, slot, correlation_id
                )
                select
                    v_root,
                    1,
                    change.record_id,
                    change.action,
                    change.image,
                    change.old_image,
                    v_origin,
                    (pg_catalog.hashtext(change.record_id) operator(pg_catalog.&) 1023)::smallint,
                    v_correlation_id
                from (
                select
                    '' as record_id,
                    'truncate' as action,
                    pg_catalog.jsonb_build_object('table', pgsync.qualified_name(tg_relid)) as image,
                    null::pg_catalog.jsonb as old_image
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
    else
        if tg_op operator(pg_catalog.<>) 'DELETE' then
        begin
            v_image := null;
            if pgsync.keeps_columns('capture_public_bills_NNNNN') and pg_catalog.pg_typeof(new.id)::pg_catalog.oid operator(pg_catalog.=) '20' and pg_catalog.pg_typeof(new.amount)::pg_catalog.oid operator(pg_catalog.=) '1700' and pg_catalog.pg_typeof(new.paid_at)::pg_catalog.oid operator(pg_catalog.=) '1184' and pg_catalog.pg_typeof(new.notes)::pg_catalog.oid operator(pg_catalog.=) '3802' then
                v_image := pg_catalog.jsonb_build_object('id', new.id, 'amount', new.amount, 'paid_at', new.paid_at, 'notes', new.notes);
                v_record_id := v_image operator(pg_catalog.->>) 'id';
            end if;
        exception when undefined_column or datatype_mismatch then
            v_image := null;
        end;
        if v_image is null then
            perform pgsync.check_reader('postgres');
            v_image := pgsync_read.postgres(v_root, new);
            v_record_id := pgsync.record_id_of(v_root, v_image);
            v_image := pgsync.renamed_image(v_root, v_image);
            v_stale := true;
        end if;
        end if;
        begin
            v_old_image := null;
            if pgsync.keeps_columns('capture_public_bills_NNNNN') and pg_catalog.pg_typeof(old.id)::pg_catalog.oid operator(pg_catalog.=) '20' and pg_catalog.pg_typeof(old.amount)::pg_catalog.oid operator(pg_catalog.=) '1700' and pg_catalog.pg_typeof(old.paid_at)::pg_catalog.oid operator(pg_catalog.=) '1184' and pg_catalog.pg_typeof(old.notes)::pg_catalog.oid operator(pg_catalog.=) '3802' then
                v_old_image := pg_catalog.jsonb_build_object('id', old.id, 'amount', old.amount, 'paid_at', old.paid_at, 'notes', old.notes);
                v_old_record_id := v_old_image operator(pg_catalog.->>) 'id';
            end if;
        exception when undefined_column or datatype_mismatch then
            v_old_image := null;
        end;
        if v_old_image is null then
            perform pgsync.check_reader('postgres');
            v_old_image := pgsync_read.postgres(v_root, old);
            v_old_record_id := pgsync.record_id_of(v_root, v_old_image);
            v_old_image := pgsync.renamed_image(v_root, v_old_image);
            v_stale := true;
        end if;
        if v_stale then
            if tg_op operator(pg_catalog.=) 'DELETE' then
                v_record_id := v_old_record_id;
            end if;
            v_image := (select present.image from pgsync.capture_public_bills_NNNNN_read(array[v_record_id], null, null) as present where present.record_id operator(pg_catalog.=) v_record_id limit 1);
            if v_image is null then
                v_record_id := null;
            end if;
        end if;

        if v_old_record_id operator(pg_catalog.<>) v_record_id or v_record_id is null then
            if tg_op operator(pg_catalog.<>) 'DELETE' then
                v_kept_image := (select present.image from pgsync.capture_public_bills_NNNNN_read(array[v_old_record_id], null, null) as present where present.record_id operator(pg_catalog.=) v_old_record_id limit 1);
            end if;
            if v_kept_image is null then
        v_slot := pg_catalog.hashtext(v_old_record_id) operator(pg_catalog.&) 1023;
        insert into pgsync.sync_logs (
            source_table, source_version, record_id, action, data, old_data, origin, slot, correlation_id
        )
        values (
            v_root, 1, v_old_record_id, 'delete', v_old_image, null,
            v_origin,
            v_slot,
            v_correlation_id
        );
        insert into pgsync.sync_queue (log_id, slot) values (pg_catalog.currval('pgsync.sync_logs_id_seq'), v_slot);
            elsif v_stale then
        v_slot := pg_catalog.hashtext(v_old_record_id) operator(pg_catalog.&) 1023;
        insert into pgsync.sync_logs (
            source_table, source_version, record_id, action, data, old_data, origin, slot, correlation_id
        )
        values (
            v_root, 1, v_old_record_id, 'update', v_kept_image, null,
            v_origin,
            v_slot,
            v_correlation_id
        );
        insert into pgsync.sync_queue (log_id, slot) values (pg_catalog.currval('pgsync.sync_logs_id_seq'), v_slot);
            end if;
        end if;
        if v_record_id is not null
            and (
                v_old_record_id operator(pg_catalog.<>) v_record_id
                or v_image operator(pg_catalog.<>) v_old_image
            )
        then
        v_slot := pg_catalog.hashtext(v_record_id) operator(pg_catalog.&) 1023;
        insert into pgsync.sync_logs (
            source_table, source_version, record_id, action, data, old_data, origin, slot, correlation_id
        )
        values (
            v_root, 1, v_record_id, case when v_old_record_id operator(pg_catalog.=) v_record_id then 'update' else 'create' end, v_image, null,
            v_origin,
            v_slot,
            v_correlation_id
        );
        insert into pgsync.sync_queue (log_id, slot) values (pg_catalog.currval('pgsync.sync_logs_id_seq'), v_slot);
        end if;
    end if;

    if v_zone is not null then
        perform pg_catalog.set_config('timezone', v_zone, true);
    end if;
    return null;
end;
$function$
;

CREATE OR REPLACE FUNCTION pgsync.capture_public_bills_NNNNN_read(record_ids text[], after_key jsonb, row_limit bigint)
 RETURNS TABLE(record_id text, image jsonb, key jsonb)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
AS $function$
#variable_conflict use_column
declare
    -- After a restore, tables have other numbers.
    v_root constant pg_catalog.oid := (
        select source.source_table::pg_catalog.oid
        from pgsync.sources as source
        where source.function_name operator(pg_catalog.=) 'capture_public_bills_NNNNN'
            -- Until attach has looked at the reader, nothing is read by it.
            and source.function_checksum operator(pg_catalog.<>) ''
    );
begin
    if v_root is null then
        raise exception 'attach is not done' using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform pgsync.check_reader('postgres');
    return query
    select read.record_id, read.content, read.key
    from pgsync_read.postgres(
        v_root, v_root operator(pg_catalog.<>) 'NNNNN', '{"key": ["id"], "columns": [{"name": "id", "column": "id", "number": 1, "as_text": false}, {"name": "amount", "column": "amount", "number": 2, "as_text": false}, {"name": "paid_at", "column": "paid_at", "number": 3, "as_text": false}, {"name": "notes", "column": "notes", "number": 4, "as_text": false}], "key_is_text": true}'::pg_catalog.jsonb, $1, $2, $3
    ) as read;
end;
$function$
;
