create or replace function pgsync.unsent_records(
    endpoint text,
    row_limit integer,
    refused_before timestamptz default null
)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_variable
declare
    v_master constant pgsync.masters := pgsync.known_master(endpoint);
    v_until constant bigint := (select fold.folded_through from pgsync.version_fold as fold);
    v_tables constant jsonb := (
        select coalesce(
            jsonb_agg(
                jsonb_build_object('source_table', synced.source_table::oid, 'name', synced.name) order by synced.place
            ),
            '[]'
        )
        from pgsync.synced_tables(v_master.tables) as synced
        where not v_master.frozen_tables ? synced.name
    );
    v_source pgsync.sources;
    v_here record;
    v_found pgsync.record_versions[];
    v_added jsonb;
    v_left integer := row_limit;
    v_records jsonb := '[]'::jsonb;
begin
    for i in 0 .. jsonb_array_length(v_tables) - 1
    loop
        exit when v_left <= 0;
        select own.* into v_source
        from pgsync.sources as own
        where own.source_table = (v_tables -> i ->> 'source_table')::oid;
        v_found := array(
            select known
            from pgsync.record_versions as known
            where known.source_table = v_source.source_table
                and (
                    known.tick > v_master.uploaded_tick and known.tick <= v_until and known.via <> endpoint
                    or known.refused_at < coalesce(refused_before, clock_timestamp() - interval '1 hour')
                )
            order by known.tick, known.record_id
            limit v_left
        );
        continue when v_found = '{}';
        v_here := pgsync.read_piece(
            v_source.function_name || '_read',
            array(
                select coalesce(known.long_id, known.record_id) from unnest(v_found) as known where known.deleted_at is null
            ),
            null,
            null
        );
        -- A row that was changed here before a column came has no value of the master's in it: null is no change.
        v_added := (
            select jsonb_object_agg(added.name, null)
            from jsonb_array_elements_text(v_master.added_columns -> (v_tables -> i ->> 'name')) as added (name)
        );
        v_records := v_records || (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'table', v_tables -> i -> 'name',
                        'id', sent.record_id,
                        'action', sent.action,
                        'stamp', sent.stamp,
                        'base', sent.base_version
                    ) || case
                        when sent.action = 'delete' then '{}'::jsonb
                        when sent.is_partial
                            then jsonb_build_object('partial', true)
                            || pgsync.changed_columns(sent.base_image, sent.image, v_source.key_columns)
                        else jsonb_build_object('data', sent.image)
                    end
                    || case when sent.stamp <= v_master.resent_until then '{"again": true}'::jsonb else '{}' end
                    order by sent.place
                ),
                '[]'
            )
            from (
                select
                    known.ordinality as place,
                    coalesce(known.long_id, known.record_id) as record_id,
                    known.stamp,
                    was.base_image,
                    read.image,
                    case when known.base_stamp is not null
                        then pgsync.version_text(known.base_stamp, known.base_origin)
                    end as base_version,
                    case
                        when known.deleted_at is not null then 'delete'
                        when known.base_stamp is null then 'create'
                        else 'update'
                    end as action,
                    known.base_stamp is not null and was.base_image is not null as is_partial
                from unnest(v_found) with ordinality as known
                cross join lateral (
                    select coalesce(known.base_image, case when known.base_stamp = 0 then v_added end) as base_image
                ) as was
                left join unnest(v_here.found_ids, v_here.images) as read (record_id, image)
                    on read.record_id = coalesce(known.long_id, known.record_id)
                -- One that is gone since has its deletion in the next fold.
                where known.deleted_at is not null or read.image is not null
            ) as sent
        );
        v_left := row_limit - jsonb_array_length(v_records);
    end loop;
    return v_records;
end;
$$;

comment on function pgsync.unsent_records(text, integer, timestamptz)
is 'Records that a master does not have yet, as they are sent: those that others refer to first.';
