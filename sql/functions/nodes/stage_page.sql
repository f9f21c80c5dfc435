-- A table whose columns differ would lose what one side does not have: it is left out until they are the
-- same.
create or replace function pgsync.stage_page(endpoint text, page jsonb)
returns table (staged bigint, has_more boolean, frozen_tables jsonb)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_variable
declare
    v_master pgsync.masters := pgsync.known_master(stage_page.endpoint);
    v_thawed text[];
begin
    frozen_tables := v_master.frozen_tables;
    if page ? 'schema' then
        frozen_tables := pgsync.column_drift(v_master, page -> 'schema');
        v_thawed := array(
            select was.name
            from jsonb_object_keys(v_master.frozen_tables) as was (name)
            where not frozen_tables ? was.name
        );
        update pgsync.masters as own
        set frozen_tables = stage_page.frozen_tables, updated_at = clock_timestamp()
        where own.endpoint = v_master.endpoint and own.frozen_tables <> stage_page.frozen_tables;
        -- What was passed by meanwhile comes again, and is written whatever its version.
        if v_thawed <> '{}' then
            perform from pgsync.version_fold for update;
            update pgsync.record_versions as own
            set
                stamp = case when own.via = v_master.endpoint then 0 else own.stamp end,
                base_stamp = case when own.base_stamp is not null then 0 end,
                base_image = null
            from pgsync.synced_tables(v_master.tables) as synced
            where own.source_table = synced.source_table
                and synced.name = any(v_thawed)
                and (own.via = v_master.endpoint or own.base_stamp is not null);
            update pgsync.masters as own set next_page = null where own.endpoint = v_master.endpoint;
            staged := 0;
            has_more := true;
            return next;
            return;
        end if;
    end if;
    insert into pgsync.staged_records (endpoint, source_table, record_id, stamp, origin, is_deleted, image)
    select
        v_master.endpoint,
        synced.source_table,
        record.content ->> 'id',
        split_part(record.content ->> 'version', '@', 1)::bigint,
        split_part(record.content ->> 'version', '@', 2),
        record.content ->> 'action' = 'delete',
        case when record.content ->> 'action' <> 'delete' then record.content -> 'data' end
    from jsonb_array_elements(page -> 'records') with ordinality as record (content, place)
    inner join pgsync.synced_tables(v_master.tables) as synced on synced.name = record.content ->> 'table'
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

comment on function pgsync.stage_page(text, jsonb)
is 'Keeps a page that came from a master until it is applied.';
