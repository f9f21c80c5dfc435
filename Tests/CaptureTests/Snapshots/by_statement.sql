-- Long because each action has branches of its own. Made by: select pgsync.attach('public.bills')
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
        if v_stale then
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
                with reported as materialized (
                select made.record_id, 'create' as action, pg_catalog.to_jsonb(made.content) as image, null::pg_catalog.jsonb as old_image
                from (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from new_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
                ) as made
                )
                select
                    reported.record_id,
                    case
                        when present.record_id is null then 'delete'
                        when reported.action operator(pg_catalog.=) 'delete' then 'update'
                        else reported.action
                    end as action,
                    coalesce(present.image, reported.image) as image,
                    reported.old_image
                from reported
                left join pgsync.capture_public_bills_NNNNN_read(
                    array(select listed.record_id from reported as listed), null, null
                ) as present on present.record_id operator(pg_catalog.=) reported.record_id
                where present.record_id is not null or reported.action operator(pg_catalog.=) 'delete'
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
        else
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
                select made.record_id, 'create' as action, pg_catalog.to_jsonb(made.content) as image, null::pg_catalog.jsonb as old_image
                from (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from new_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
                ) as made
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
        end if;
        if not found then
            if exists (select from new_rows) and not exists (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from new_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
            ) then
                perform pgsync.check_reader('postgres');
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
                with reported as materialized (
                select made.record_id, 'create' as action, made.content as image, null::pg_catalog.jsonb as old_image
                from (
                    select
                        pgsync.record_id_of(pgsync_capture.v_root, pgsync_moved.content) as record_id,
                        pgsync.renamed_image(pgsync_capture.v_root, pgsync_moved.content) as content
                    from (
                        select pgsync_read.postgres(pgsync_capture.v_root, pgsync_row.*) as content
                        from new_rows as pgsync_row
                        offset 0
                    ) as pgsync_moved
                ) as made
                )
                select
                    reported.record_id,
                    case
                        when present.record_id is null then 'delete'
                        when reported.action operator(pg_catalog.=) 'delete' then 'update'
                        else reported.action
                    end as action,
                    coalesce(present.image, reported.image) as image,
                    reported.old_image
                from reported
                left join pgsync.capture_public_bills_NNNNN_read(
                    array(select listed.record_id from reported as listed), null, null
                ) as present on present.record_id operator(pg_catalog.=) reported.record_id
                where present.record_id is not null or reported.action operator(pg_catalog.=) 'delete'
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
            end if;
        end if;
    elsif tg_op operator(pg_catalog.=) 'UPDATE' then
        if v_stale then
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
                with reported as materialized (
                select
                    coalesce(made.record_id, gone.record_id) as record_id,
                    case
                        when gone.record_id is null then 'create'
                        when made.record_id is null then 'delete'
                        else 'update'
                    end as action,
                    case when made.record_id is null then pg_catalog.to_jsonb(gone.content) else pg_catalog.to_jsonb(made.content) end as image,
                    null::pg_catalog.jsonb as old_image
                from (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from new_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
                ) as made
                full join (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from old_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
                ) as gone on gone.record_id operator(pg_catalog.=) made.record_id
                where made.record_id is null
                    or gone.record_id is null
                    or made.content operator(pg_catalog.*<>) gone.content
                )
                select
                    reported.record_id,
                    case
                        when present.record_id is null then 'delete'
                        when reported.action operator(pg_catalog.=) 'delete' then 'update'
                        else reported.action
                    end as action,
                    coalesce(present.image, reported.image) as image,
                    reported.old_image
                from reported
                left join pgsync.capture_public_bills_NNNNN_read(
                    array(select listed.record_id from reported as listed), null, null
                ) as present on present.record_id operator(pg_catalog.=) reported.record_id
                where present.record_id is not null or reported.action operator(pg_catalog.=) 'delete'
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
        else
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
                    coalesce(made.record_id, gone.record_id) as record_id,
                    case
                        when gone.record_id is null then 'create'
                        when made.record_id is null then 'delete'
                        else 'update'
                    end as action,
                    case when made.record_id is null then pg_catalog.to_jsonb(gone.content) else pg_catalog.to_jsonb(made.content) end as image,
                    null::pg_catalog.jsonb as old_image
                from (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from new_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
                ) as made
                full join (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from old_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
                ) as gone on gone.record_id operator(pg_catalog.=) made.record_id
                where made.record_id is null
                    or gone.record_id is null
                    or made.content operator(pg_catalog.*<>) gone.content
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
        end if;
        if not found then
            if exists (select from new_rows) and not exists (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from new_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
            ) then
                perform pgsync.check_reader('postgres');
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
                with reported as materialized (
                select
                    coalesce(made.record_id, gone.record_id) as record_id,
                    case
                        when gone.record_id is null then 'create'
                        when made.record_id is null then 'delete'
                        else 'update'
                    end as action,
                    case when made.record_id is null then gone.content else made.content end as image,
                    null::pg_catalog.jsonb as old_image
                from (
                    select
                        pgsync.record_id_of(pgsync_capture.v_root, pgsync_moved.content) as record_id,
                        pgsync.renamed_image(pgsync_capture.v_root, pgsync_moved.content) as content
                    from (
                        select pgsync_read.postgres(pgsync_capture.v_root, pgsync_row.*) as content
                        from new_rows as pgsync_row
                        offset 0
                    ) as pgsync_moved
                ) as made
                full join (
                    select
                        pgsync.record_id_of(pgsync_capture.v_root, pgsync_moved.content) as record_id,
                        pgsync.renamed_image(pgsync_capture.v_root, pgsync_moved.content) as content
                    from (
                        select pgsync_read.postgres(pgsync_capture.v_root, pgsync_row.*) as content
                        from old_rows as pgsync_row
                        offset 0
                    ) as pgsync_moved
                ) as gone on gone.record_id operator(pg_catalog.=) made.record_id
                where made.record_id is null
                    or gone.record_id is null
                    or made.content operator(pg_catalog.=) gone.content is not true
                )
                select
                    reported.record_id,
                    case
                        when present.record_id is null then 'delete'
                        when reported.action operator(pg_catalog.=) 'delete' then 'update'
                        else reported.action
                    end as action,
                    coalesce(present.image, reported.image) as image,
                    reported.old_image
                from reported
                left join pgsync.capture_public_bills_NNNNN_read(
                    array(select listed.record_id from reported as listed), null, null
                ) as present on present.record_id operator(pg_catalog.=) reported.record_id
                where present.record_id is not null or reported.action operator(pg_catalog.=) 'delete'
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
            end if;
        end if;
    elsif tg_op operator(pg_catalog.=) 'DELETE' then
        if v_stale then
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
                with reported as materialized (
                select gone.record_id, 'delete' as action, pg_catalog.to_jsonb(gone.content) as image, null::pg_catalog.jsonb as old_image
                from (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from old_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
                ) as gone
                )
                select
                    reported.record_id,
                    case
                        when present.record_id is null then 'delete'
                        when reported.action operator(pg_catalog.=) 'delete' then 'update'
                        else reported.action
                    end as action,
                    coalesce(present.image, reported.image) as image,
                    reported.old_image
                from reported
                left join pgsync.capture_public_bills_NNNNN_read(
                    array(select listed.record_id from reported as listed), null, null
                ) as present on present.record_id operator(pg_catalog.=) reported.record_id
                where present.record_id is not null or reported.action operator(pg_catalog.=) 'delete'
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
        else
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
                select gone.record_id, 'delete' as action, pg_catalog.to_jsonb(gone.content) as image, null::pg_catalog.jsonb as old_image
                from (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from old_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
                ) as gone
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
        end if;
        if not found then
            if exists (select from old_rows) and not exists (
                    select pg_catalog.concat(pgsync_content.id) as record_id, coalesce(pgsync_content.*) as content
                    from old_rows as pgsync_row
                    cross join lateral (values (null::pgsync.gone, null::pgsync.gone, null::pgsync.gone, null::pgsync.gone)) as pgsync_absent (id, amount, paid_at, notes)
                    cross join lateral (
                        select id, amount, paid_at, notes
                        from (select pgsync_row.*) as pgsync_present
                        where pgsync.keeps_columns('capture_public_bills_NNNNN') and pgsync.has_type(case when false then id end, '20') and pgsync.has_type(case when false then amount end, '1700') and pgsync.has_type(case when false then paid_at end, '1184') and pgsync.has_type(case when false then notes end, '3802')
                    ) as pgsync_content
            ) then
                perform pgsync.check_reader('postgres');
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
                with reported as materialized (
                select gone.record_id, 'delete' as action, gone.content as image, null::pg_catalog.jsonb as old_image
                from (
                    select
                        pgsync.record_id_of(pgsync_capture.v_root, pgsync_moved.content) as record_id,
                        pgsync.renamed_image(pgsync_capture.v_root, pgsync_moved.content) as content
                    from (
                        select pgsync_read.postgres(pgsync_capture.v_root, pgsync_row.*) as content
                        from old_rows as pgsync_row
                        offset 0
                    ) as pgsync_moved
                ) as gone
                )
                select
                    reported.record_id,
                    case
                        when present.record_id is null then 'delete'
                        when reported.action operator(pg_catalog.=) 'delete' then 'update'
                        else reported.action
                    end as action,
                    coalesce(present.image, reported.image) as image,
                    reported.old_image
                from reported
                left join pgsync.capture_public_bills_NNNNN_read(
                    array(select listed.record_id from reported as listed), null, null
                ) as present on present.record_id operator(pg_catalog.=) reported.record_id
                where present.record_id is not null or reported.action operator(pg_catalog.=) 'delete'
                ) as change
                returning id, slot
            )
            insert into pgsync.sync_queue (log_id, slot)
            select logged.id, logged.slot from logged;
            end if;
        end if;
    else
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
