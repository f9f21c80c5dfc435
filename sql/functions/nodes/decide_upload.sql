-- Decides for each record that a node has sent whether it is written as it came, what clashes, and what then
-- becomes of it. The rows are locked by the caller. A client that knows no versions has a conflict where
-- somebody else changed the record after what it has acknowledged.
create or replace function pgsync.decide_upload(node text, source_table regclass, records jsonb)
returns table (
    place integer,
    record_id text,
    action text,
    conflict text,
    resolution text,
    local_image jsonb,
    remote_image jsonb,
    base_image jsonb,
    result_image jsonb,
    deletes boolean,
    local_version text,
    remote_stamp bigint,
    base_version text,
    is_partial boolean
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_node constant pgsync.nodes := pgsync.known_node(decide_upload.node);
    v_source pgsync.sources;
    v_here record;
begin
    select own.* into v_source from pgsync.sources as own where own.source_table = decide_upload.source_table;
    v_here := pgsync.read_piece(
        v_source.function_name || '_read',
        array(select element.content ->> 'record_id' from jsonb_array_elements(records) as element (content)),
        null,
        null
    );
    return query
    with item as materialized (
        select
            (element.content ->> 'place')::integer as place,
            element.content ->> 'record_id' as record_id,
            element.content ->> 'action' as action,
            case
                when element.content ->> 'action' <> 'delete' then nullif(element.content -> 'data', 'null')
            end as image,
            nullif(element.content -> 'old_data', 'null') as base_image,
            coalesce((element.content ->> 'partial')::boolean, false) as is_partial,
            -- It may have come before, from a node that was restored since.
            coalesce((element.content ->> 'again')::boolean, false) as is_again,
            element.content ? 'base' as knows_versions,
            element.content ->> 'base' as base_version,
            -- No node is ahead of this clock.
            least(
                coalesce((element.content ->> 'stamp')::bigint, 9223372036854775807),
                (extract(epoch from clock_timestamp()) * 1000000)::bigint
            ) as stamp
        from jsonb_array_elements(records) as element (content)
    ),

    here as materialized (
        select read.record_id, read.image
        from unnest(v_here.found_ids, v_here.images) as read (record_id, image)
    ),

    compared as materialized (
        select
            item.*,
            here.image as local_image,
            known.stamp as local_stamp,
            known.deleted_at is not null as is_tombstone,
            pgsync.version_text(known.stamp, known.origin) as local_version,
            known.stamp is not null
            and case
                when item.knows_versions
                    then pgsync.version_text(known.stamp, known.origin) is distinct from item.base_version
                else
                    known.tick > v_node.acknowledged_tick
                    and known.via <> v_node.name
                    and known.written_for is distinct from v_node.name collate "C"
            end
            -- The row is there, and nobody knows since when.
            or known.stamp is null and here.image is not null and item.knows_versions and item.base_version is null
            as is_changed,
            (item.stamp, v_node.name collate "C")
            > (coalesce(known.stamp, 0), coalesce(nullif(known.origin, ''), pgsync.own_name()) collate "C") as is_newer,
            coalesce(array_position(v_source.policy_nodes, v_node.name), 1000) as remote_rank,
            coalesce(
                array_position(v_source.policy_nodes, coalesce(nullif(known.origin, ''), pgsync.own_name())), 1000
            ) as local_rank
        from item
        left join here on item.record_id = here.record_id
        left join pgsync.record_versions as known
            on known.source_table = decide_upload.source_table
                and known.record_id = pgsync.short_id(item.record_id) collate "C"
    ),

    clashing as (
        select
            compared.*,
            case
                when compared.action = 'delete' and compared.local_image is null then 'delete_missing'
                -- Two that sell the same number of things have not sold them once.
                when compared.action <> 'delete'
                    and compared.local_image || compared.image = compared.local_image
                    and not (
                        v_source.policy = 'delta'
                        and compared.is_changed
                        and compared.base_image ?| v_source.policy_columns
                    )
                    then 'same'
                when compared.local_image is null and compared.action = 'update' and not compared.is_tombstone
                    then 'update_missing'
                when not compared.is_changed then null
                when compared.local_image is null then 'update_deleted'
                when compared.action = 'delete' then 'delete_origin_differs'
                when compared.action = 'create' then 'insert_exists'
                else 'update_origin_differs'
            end as conflict
        from compared
    ),

    decided as (
        select
            clashing.*,
            case
                when clashing.conflict in ('same', 'delete_missing') then 'unchanged'
                when clashing.conflict is null and clashing.local_image is null and clashing.is_partial then 'ask_for_row'
                when clashing.conflict is null then 'apply_remote'
                -- Nobody knows whether its differences are in the sums already.
                when v_source.policy = 'delta' and clashing.is_again and clashing.base_image ?| v_source.policy_columns
                    then 'queued'
                else pgsync.conflict_resolution(
                    v_source.policy, clashing.conflict, clashing.is_newer,
                    case
                        when clashing.remote_rank <> clashing.local_rank
                            then clashing.remote_rank < clashing.local_rank
                    end,
                    not clashing.is_partial, clashing.base_image is not null
                )
            end as resolution
        from clashing
    )

    select
        decided.place,
        decided.record_id,
        decided.action,
        case when decided.conflict not in ('same', 'delete_missing') then decided.conflict end,
        decided.resolution,
        decided.local_image,
        decided.image,
        decided.base_image,
        case
            when decided.action = 'delete' and decided.resolution <> 'keep_local' then null
            when decided.resolution = 'apply_remote' then coalesce(decided.local_image, '{}') || decided.image
            when decided.resolution = 'merged'
                then pgsync.merged_image(
                    decided.local_image, decided.image, decided.base_image, v_source.policy_columns, decided.is_newer
                )
        end,
        decided.action = 'delete' and decided.resolution = 'apply_remote',
        decided.local_version,
        decided.stamp,
        decided.base_version,
        decided.is_partial
    from decided
    order by decided.place;
end;
$$;

comment on function pgsync.decide_upload(text, regclass, jsonb)
is 'What becomes of each record that a node has sent.';
