create or replace function pgsync.stage_page(endpoint text, page jsonb)
returns table (staged bigint, has_more boolean, unknown_tables text[])
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_master constant pgsync.masters := pgsync.known_master(stage_page.endpoint);
begin
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
    order by record.place;
    get diagnostics staged = row_count;
    has_more := (page ->> 'has_more')::boolean;
    unknown_tables := array(
        select distinct record.content ->> 'table'
        from jsonb_array_elements(page -> 'records') as record (content)
        where not exists (
            select from pgsync.synced_tables(v_master.tables) as synced where synced.name = record.content ->> 'table'
        )
    );
    update pgsync.masters as own
    set next_page = page ->> 'cursor', updated_at = clock_timestamp()
    where own.endpoint = v_master.endpoint;
    return next;
end;
$$;

comment on function pgsync.stage_page(text, jsonb)
is 'Keeps a page that came from a master until it is applied.';
