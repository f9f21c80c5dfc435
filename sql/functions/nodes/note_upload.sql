-- A row that differs from what the node has sent, because it was merged or because a trigger has changed
-- it, is a version of this system; the node takes it from the answer.
create or replace function pgsync.note_upload(
    node text,
    source_table regclass,
    decisions jsonb,
    failures jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tick constant bigint := (select fold.folded_through + 1 from pgsync.version_fold as fold);
    v_now constant bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
    v_last_id constant bigint := pgsync.last_log_id();
    v_source pgsync.sources;
    v_here record;
    v_results jsonb;
begin
    select own.* into v_source from pgsync.sources as own where own.source_table = note_upload.source_table;
    v_here := pgsync.read_piece(
        v_source.function_name || '_read',
        array(select element.content ->> 'record_id' from jsonb_array_elements(decisions) as element (content)),
        null,
        null
    );
    with item as materialized (
        select
            decision.*,
            failure.content as failure,
            read.image as image_now
        from jsonb_to_recordset(decisions) as decision (
            place integer, record_id text, action text, conflict text, resolution text, local_image jsonb,
            remote_image jsonb, base_image jsonb, result_image jsonb, deletes boolean, local_version text,
            remote_stamp bigint, base_version text, is_partial boolean
        )
        left join jsonb_array_elements(failures) as failure (content)
            on (failure.content ->> 'place')::integer = decision.place
        left join unnest(v_here.found_ids, v_here.images) as read (record_id, image)
            on decision.record_id = read.record_id
    ),

    outcome as materialized (
        select
            item.*,
            known.stamp as known_stamp,
            known.origin as known_origin,
            item.failure is null and item.resolution in ('apply_remote', 'merged') as is_written,
            item.failure is null
            and item.resolution = 'apply_remote'
            -- What was not sent may be something else there.
            and not (item.is_partial and item.conflict is not null)
            and (
                case when item.deletes then item.image_now is null else item.image_now = item.result_image end
            ) as is_as_sent
        from item
        left join pgsync.record_versions as known
            on known.source_table = note_upload.source_table
                and known.record_id = pgsync.short_id(item.record_id) collate "C"
    ),

    versioned as materialized (
        select
            outcome.*,
            case
                when outcome.is_as_sent then greatest(outcome.remote_stamp, outcome.known_stamp + 1)
                when outcome.is_written or outcome.known_stamp is null
                    then greatest(v_now, outcome.remote_stamp + 1, outcome.known_stamp + 1)
                else outcome.known_stamp
            end as stamp,
            case
                when outcome.is_as_sent then note_upload.node
                when outcome.is_written then ''
                else coalesce(outcome.known_origin, '')
            end as origin
        from outcome
    ),

    noted as (
        insert into pgsync.record_versions as known (
            source_table, record_id, long_id, tick, stamp, origin, deleted_at, via, changed_xid, changed_log_id, created_tick,
            written_for
        )
        select distinct on (pgsync.short_id(versioned.record_id))
            note_upload.source_table,
            pgsync.short_id(versioned.record_id),
            nullif(versioned.record_id, pgsync.short_id(versioned.record_id)),
            v_tick,
            versioned.stamp,
            versioned.origin,
            case when versioned.image_now is null then clock_timestamp() end,
            case when versioned.is_as_sent then note_upload.node else '' end,
            case when versioned.is_written then pg_current_xact_id() end,
            v_last_id,
            v_tick,
            case when versioned.is_written then note_upload.node end
        from versioned
        -- What is there without a version gets one, because the node has to have one.
        where versioned.is_written or versioned.known_stamp is null and versioned.image_now is not null
        order by pgsync.short_id(versioned.record_id), versioned.place desc
        on conflict on constraint record_versions_pkey do update
        set
            tick = excluded.tick,
            stamp = excluded.stamp,
            origin = excluded.origin,
            created_tick = case
                when known.deleted_at is null then known.created_tick
                else excluded.created_tick
            end,
            deleted_at = excluded.deleted_at,
            via = excluded.via,
            changed_xid = excluded.changed_xid,
            changed_log_id = excluded.changed_log_id,
            base_stamp = null,
            base_origin = null,
            base_image = null,
            refused_at = null,
            written_for = excluded.written_for
    ),

    clash as (
        select
            versioned.*,
            case
                when versioned.failure ->> 'error_class' = 'conflict.unique' then 'update_exists'
                when versioned.failure is not null then 'refused'
                else versioned.conflict
            end as type
        from versioned
        where versioned.failure is not null
            or versioned.conflict is not null and versioned.resolution <> 'ask_for_row'
    ),

    -- One that waited for another row of the same upload is no news.
    passing as (
        delete from pgsync.conflicts as own
        using versioned
        where versioned.failure is null
            and own.source_table = note_upload.source_table
            and own.record_id = versioned.record_id
            and own.node = note_upload.node
            and own.error_class is not null
            and own.state = 'open'
            and own.noted_at >= transaction_timestamp()
    ),

    over as (
        update pgsync.conflicts as own
        set state = 'settled', resolution = versioned.resolution
        from versioned
        where versioned.failure is null
            and versioned.resolution in ('apply_remote', 'merged', 'keep_local')
            and own.source_table = note_upload.source_table
            and own.record_id = versioned.record_id
            and own.node = note_upload.node
            and own.error_class is not null
            and own.state = 'open'
            and own.noted_at < transaction_timestamp()
    ),

    again as (
        update pgsync.conflicts as own
        set
            noted_at = clock_timestamp(),
            remote_image = clash.remote_image,
            remote_version = pgsync.version_text(clash.remote_stamp, note_upload.node),
            error_class = clash.failure ->> 'error_class',
            error_message = clash.failure ->> 'error_message'
        from clash
        where clash.failure is not null
            and own.source_table = note_upload.source_table
            and own.record_id = clash.record_id
            and own.node = note_upload.node
            and own.type = clash.type
            and own.state = 'open'
        returning own.record_id
    ),

    kept as (
        insert into pgsync.conflicts (
            source_table, record_id, node, type, policy, resolution, state, local_image, remote_image, base_image,
            result_image, local_version, remote_version, base_version, error_class, error_message
        )
        select
            note_upload.source_table,
            clash.record_id,
            note_upload.node,
            clash.type,
            v_source.policy,
            case when clash.failure is null then clash.resolution else 'queued' end,
            case when clash.failure is null and clash.resolution <> 'queued' then 'settled' else 'open' end,
            clash.local_image,
            clash.remote_image,
            clash.base_image,
            clash.image_now,
            clash.local_version,
            pgsync.version_text(clash.remote_stamp, note_upload.node),
            clash.base_version,
            clash.failure ->> 'error_class',
            clash.failure ->> 'error_message'
        from clash
        where not exists (select from again where again.record_id = clash.record_id)
    )

    select coalesce(
        jsonb_agg(
            jsonb_strip_nulls(jsonb_build_object(
                'place', versioned.place,
                'status', case
                    when versioned.failure is not null then 'failed'
                    when versioned.resolution = 'ask_for_row' then 'failed'
                    when versioned.conflict is not null then 'conflict'
                    when versioned.resolution = 'unchanged' then 'unchanged'
                    else 'applied'
                end,
                'conflict', versioned.conflict,
                'resolution', case
                    when versioned.failure is null and versioned.conflict is not null
                        then nullif(versioned.resolution, 'ask_for_row')
                end,
                'need', case when versioned.failure is null and versioned.resolution = 'ask_for_row' then 'full' end,
                'version', case
                    when versioned.image_now is not null
                        or versioned.failure is null and (versioned.known_stamp is not null or versioned.is_written)
                        then pgsync.version_text(versioned.stamp, versioned.origin)
                end,
                'deleted', case
                    when versioned.image_now is null
                        and versioned.action <> 'delete'
                        and versioned.failure is null
                        and versioned.resolution <> 'ask_for_row'
                        then true
                end,
                'error', case
                    when versioned.failure is not null
                        then jsonb_build_object(
                            'class', versioned.failure -> 'error_class',
                            'message', versioned.failure -> 'error_message',
                            'column', versioned.failure -> 'error_column'
                        )
                end
            )) || case
                -- Null values in a row are part of it.
                when versioned.image_now is not null
                    and not versioned.is_as_sent
                    and versioned.resolution <> 'ask_for_row'
                    and (
                        versioned.resolution <> 'unchanged'
                        or versioned.image_now is distinct from versioned.local_image || versioned.remote_image
                        -- Of the other columns nothing was said.
                        or versioned.base_image is not null
                        and versioned.base_version is distinct from versioned.local_version
                    )
                    then jsonb_build_object('row', versioned.image_now)
                else '{}'
            end
            order by versioned.place
        ),
        '[]'
    )
    into v_results
    from versioned;
    return v_results;
end;
$$;

comment on function pgsync.note_upload(text, regclass, jsonb, jsonb)
is 'Notes what became of records of a node, with their versions and conflicts; returns its answers.';
