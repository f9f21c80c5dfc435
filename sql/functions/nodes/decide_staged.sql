-- A record that is changed here and was not sent yet stays: the master decides when it has both. One that
-- is as new as what came, or newer because it came by another way, stays, too.
create or replace function pgsync.decide_staged(endpoint text, source_table regclass, places bigint[])
returns table (
    place bigint,
    record_id text,
    verdict text,
    image jsonb
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_master constant pgsync.masters := pgsync.known_master(decide_staged.endpoint);
    v_function_name text;
    v_unknown text[];
    v_here record;
begin
    -- A row that is there without a version was never sent: the oldest there can be.
    v_unknown := array(
        select own.record_id
        from pgsync.staged_records as own
        where own.endpoint = v_master.endpoint
            and own.place = any(places)
            and not exists (
                select
                from pgsync.record_versions as known
                where known.source_table = decide_staged.source_table
                    and known.record_id = pgsync.short_id(own.record_id) collate "C"
            )
    );
    if v_unknown <> '{}' then
        select own.function_name
        into v_function_name
        from pgsync.sources as own
        where own.source_table = decide_staged.source_table;
        v_here := pgsync.read_piece(v_function_name || '_read', v_unknown, null, null);
        insert into pgsync.record_versions (source_table, record_id, long_id, tick, stamp, created_tick)
        select
            decide_staged.source_table,
            pgsync.short_id(found.record_id),
            nullif(found.record_id, pgsync.short_id(found.record_id)),
            fold.folded_through + 1,
            1,
            fold.folded_through + 1
        from unnest(v_here.found_ids) as found (record_id)
        cross join pgsync.version_fold as fold;
    end if;
    -- What a master has lost and somebody has changed there since is in no history but this one.
    if v_master.was_restored then
        v_here := pgsync.read_piece(
            (select own.function_name from pgsync.sources as own where own.source_table = decide_staged.source_table)
            || '_read',
            array(
                select own.record_id
                from pgsync.staged_records as own
                where own.endpoint = v_master.endpoint and own.place = any(places)
            ),
            null,
            null
        );
        insert into pgsync.conflicts (
            source_table, record_id, node, type, policy, resolution, state, local_image, remote_image, result_image,
            local_version, remote_version
        )
        select
            own.source_table,
            own.record_id,
            v_master.endpoint,
            case when own.is_deleted then 'delete_origin_differs' else 'update_origin_differs' end,
            'newer',
            'apply_remote',
            'settled',
            read.image,
            own.image,
            own.image,
            pgsync.version_text(known.stamp, known.origin),
            own.stamp || '@' || own.origin
        from pgsync.staged_records as own
        inner join unnest(v_here.found_ids, v_here.images) as read (record_id, image)
            on own.record_id = read.record_id
        inner join pgsync.record_versions as known
            on own.source_table = known.source_table
                and known.record_id = pgsync.short_id(own.record_id) collate "C"
        where own.endpoint = v_master.endpoint
            and own.place = any(places)
            and known.via = ''
            and (known.base_stamp, known.base_origin) = (known.stamp, known.origin)
            and known.stamp < own.stamp
            and read.image is distinct from own.image;
    end if;

    return query
    with came as materialized (
        select own.*
        from pgsync.staged_records as own
        where own.endpoint = v_master.endpoint and own.place = any(places)
    )

    select
        came.place,
        came.record_id,
        case
            when known.stamp is null then case when came.is_deleted then 'note' else 'write' end
            when known.via <> v_master.endpoint
                and known.tick > v_master.uploaded_tick
                and (known.base_stamp is null or (known.base_stamp, known.base_origin) <> (known.stamp, known.origin))
                then 'hold'
            when (known.stamp, coalesce(nullif(known.origin, ''), pgsync.own_name()))
                = (came.stamp, came.origin)
                then 'note'
            when (known.stamp, coalesce(nullif(known.origin, ''), pgsync.own_name()) collate "C")
                > (came.stamp, came.origin collate "C")
                then 'hold'
            when came.is_deleted then case when known.deleted_at is null then 'delete' else 'note' end
            else 'write'
        end,
        came.image
    from came
    left join pgsync.record_versions as known
        on known.source_table = decide_staged.source_table
            and known.record_id = pgsync.short_id(came.record_id) collate "C"
    order by came.place;
end;
$$;

comment on function pgsync.decide_staged(text, regclass, bigint[])
is 'What is done with records that came from a master: write, delete, note the version only, or hold.';
