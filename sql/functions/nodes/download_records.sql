create or replace function pgsync.download_records(
    node pgsync.nodes,
    source_table regclass,
    table_name text,
    after_tick bigint,
    until_tick bigint,
    after_tick_of_page bigint,
    after_record text,
    row_limit integer,
    byte_limit bigint
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    -- Looked up once, and not for each record.
    v_own_name constant text := pgsync.own_name();
    v_document jsonb;
begin
    if row_limit <= 0 or byte_limit <= 0 then
        return jsonb_build_object(
            'records', '[]'::jsonb, 'read', 0, 'bytes', 0, 'has_more', true,
            'last_tick', after_tick_of_page, 'last_record', after_record
        );
    end if;
    with came as materialized (
        select
            read.*,
            row_number() over (order by read.tick, pgsync.short_id(read.record_id) collate "C") as place,
            sum(coalesce(octet_length(read.image::text), 0)) over (
                order by read.tick, pgsync.short_id(read.record_id) collate "C"
                rows between unbounded preceding and current row
            ) as bytes
        from pgsync.versions_between(
            source_table, after_tick, until_tick,
            case when after_tick > 0 then node.name else '' end,
            after_tick_of_page, after_record, row_limit + 1
        ) as read
    ),

    page as materialized (
        select
            came.*,
            -- What others may see is no business of this node, but it may have been before.
            not came.is_deleted
            and node.row_filter is not null
            and not pgsync.is_within(came.image, node.row_filter) as is_outside
        from came
        where came.place <= row_limit and (came.place = 1 or came.bytes <= byte_limit)
    )

    select jsonb_build_object(
        'records', coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'table', table_name,
                    'id', page.record_id,
                    'action', case
                        when page.is_deleted or page.is_outside then 'delete'
                        when page.created_tick > after_tick then 'create'
                        else 'update'
                    end,
                    'data', case when not page.is_outside then page.image end,
                    'version', pgsync.version_text(page.stamp, coalesce(nullif(page.origin, ''), v_own_name))
                ) || case when page.is_outside then '{"reason": "filter"}'::jsonb else '{}' end
                order by page.place
            ) filter (where page.is_deleted or page.image is not null),
            '[]'
        ),
        'read', count(*),
        'bytes', coalesce(max(page.bytes), 0),
        'has_more', (select count(*) from came) > count(*),
        'last_tick', (array_agg(page.tick order by page.place desc))[1],
        'last_record', (array_agg(page.record_id order by page.place desc))[1]
    )
    into v_document
    from page;
    return v_document;
end;
$$;

comment on function pgsync.download_records(
    pgsync.nodes, regclass, text, bigint, bigint, bigint, text, integer, bigint
) is 'The records of one table on a page of a download, and where the next page begins.';
