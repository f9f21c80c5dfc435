-- A table whose columns differ would lose what one side does not have. It is left out until they are the
-- same, or, if so chosen, only the records that have values in such columns are. Where the master adds
-- columns, those that only are here are offered to it before anything of the page is kept.
create or replace function pgsync.stage_page(endpoint text, page jsonb, evolution jsonb default '{}')
returns table (
    staged bigint,
    has_more boolean,
    frozen_tables jsonb,
    quarantined_tables jsonb,
    offered jsonb
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_variable
declare
    v_master pgsync.masters := pgsync.known_master(stage_page.endpoint);
    v_thawed text[];
    v_missing jsonb;
begin
    frozen_tables := v_master.frozen_tables;
    quarantined_tables := v_master.quarantined_tables;
    offered := '{}';
    if page ? 'schema' then
        select
            coalesce(jsonb_object_agg(own.name, own.reason) filter (where own.is_frozen), '{}'),
            coalesce(jsonb_object_agg(own.name, own.reason) filter (where not own.is_frozen), '{}'),
            coalesce(
                jsonb_object_agg(
                    own.name,
                    pgsync.named_columns(pgsync.exchanged_schema(v_master.tables) -> own.name, own.offered)
                ) filter (where own.offered <> '{}'),
                '{}'
            ),
            coalesce(jsonb_object_agg(own.name, own.missing) filter (where own.missing <> '{}'), '{}')
        into frozen_tables, quarantined_tables, offered, v_missing
        from pgsync.column_drift(v_master, page -> 'schema', evolution) as own;
        v_thawed := array(
            select was.name
            from jsonb_object_keys(v_master.frozen_tables) as was (name)
            where not frozen_tables ? was.name
            union
            select was.name
            from jsonb_object_keys(v_master.quarantined_tables) as was (name)
            where not frozen_tables ? was.name and not quarantined_tables ? was.name
            union
            select jsonb_object_keys(evolution -> 'evolved')
        );
        if v_thawed = '{}' and offered <> '{}' then
            staged := 0;
            has_more := true;
            return next;
            return;
        end if;
        offered := '{}';
        update pgsync.masters as own
        set
            frozen_tables = stage_page.frozen_tables,
            quarantined_tables = stage_page.quarantined_tables,
            missing_columns = v_missing,
            updated_at = clock_timestamp()
        where own.endpoint = v_master.endpoint
            and (own.frozen_tables, own.quarantined_tables, own.missing_columns)
            <> (stage_page.frozen_tables, stage_page.quarantined_tables, v_missing);
        -- What was passed by meanwhile comes again, and is written whatever its version; what the master has
        -- refused is only here, and is sent again at once.
        if v_thawed <> '{}' then
            perform from pgsync.version_fold for update;
            update pgsync.record_versions as own
            set
                stamp = case when own.via = v_master.endpoint and own.refused_at is null then 0 else own.stamp end,
                base_stamp = case when own.base_stamp is not null then 0 end,
                base_image = null,
                refused_at = own.refused_at - interval '1 hour'
            from pgsync.synced_tables(v_master.tables) as synced
            where own.source_table = synced.source_table
                and synced.name = any(v_thawed)
                and (own.via = v_master.endpoint or own.base_stamp is not null);
            update pgsync.masters as own
            set
                next_page = null,
                added_columns = own.added_columns || (
                    select jsonb_object_agg(
                        thawed.name,
                        coalesce(v_master.missing_columns -> thawed.name, '[]')
                        || coalesce(evolution -> 'evolved' -> thawed.name, '[]')
                    )
                    from unnest(v_thawed) as thawed (name)
                )
            where own.endpoint = v_master.endpoint;
            staged := 0;
            has_more := true;
            return next;
            return;
        end if;
    end if;
    -- Made once, and not for each record.
    with synced as materialized (
        select listed.source_table, listed.name, own.columns || own.generated_columns as columns
        from pgsync.synced_tables(v_master.tables) as listed
        cross join lateral pgsync.synced_source(listed.source_table) as own
    )

    insert into pgsync.staged_records (
        endpoint, source_table, record_id, stamp, origin, is_deleted, image, lacking
    )
    select
        v_master.endpoint,
        synced.source_table,
        record.content ->> 'id',
        split_part(record.content ->> 'version', '@', 1)::bigint,
        split_part(record.content ->> 'version', '@', 2),
        record.content ->> 'action' = 'delete',
        case when record.content ->> 'action' <> 'delete' then record.content -> 'data' end,
        case
            when record.content ->> 'action' <> 'delete' and (record.content -> 'data') - synced.columns <> '{}'
                then (
                    select array_agg(given.key order by given.key)
                    from jsonb_each((record.content -> 'data') - synced.columns) as given
                    where given.value <> 'null'
                )
        end
    from jsonb_array_elements(page -> 'records') with ordinality as record (content, place)
    inner join synced on synced.name = record.content ->> 'table'
    where not frozen_tables ? synced.name
    order by record.place;
    get diagnostics staged = row_count;
    has_more := (page ->> 'has_more')::boolean;
    update pgsync.masters as own
    set next_page = page ->> 'cursor', updated_at = clock_timestamp()
    where own.endpoint = v_master.endpoint;
    return next;
end;
$$;

comment on function pgsync.stage_page(text, jsonb, jsonb)
is 'Keeps a page that came from a master until it is applied.';
