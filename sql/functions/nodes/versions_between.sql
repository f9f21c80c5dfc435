-- The image is the row as it is now. A record that has changed since comes again with a later tick, and one
-- that is gone has no image, because its deletion comes.
create or replace function pgsync.versions_between(
    source_table regclass,
    after_tick bigint,
    until_tick bigint,
    not_via text default '',
    after_tick_of_page bigint default null,
    after_record text default null,
    row_limit bigint default 500
)
returns table (
    tick bigint,
    record_id text,
    stamp bigint,
    origin text,
    is_deleted boolean,
    created_tick bigint,
    image jsonb
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_function_name constant text := (
        select own.function_name
        from pgsync.sources as own
        where own.source_table = versions_between.source_table and own.synced
    );
    v_found pgsync.record_versions[];
    v_piece record;
begin
    if v_function_name is null then
        raise exception '% is not exchanged', versions_between.source_table
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    v_found := array(
        select known
        from pgsync.record_versions as known
        where known.source_table = versions_between.source_table
            and known.tick > coalesce(after_tick, 0)
            and known.tick <= until_tick
            and (not_via = '' or known.via <> not_via)
            and (after_tick_of_page is null or (known.tick, known.record_id) > (after_tick_of_page, pgsync.short_id(after_record)))
        order by known.tick, known.record_id
        limit row_limit
    );
    v_piece := pgsync.read_piece(
        v_function_name || '_read',
        array(
            select coalesce(known.long_id, known.record_id)
            from unnest(v_found) as known
            where known.deleted_at is null
        ),
        null,
        null
    );
    return query
    select
        known.tick,
        coalesce(known.long_id, known.record_id),
        known.stamp,
        known.origin,
        known.deleted_at is not null,
        known.created_tick,
        read.image
    from unnest(v_found) with ordinality as known
    left join unnest(v_piece.found_ids, v_piece.images) as read (record_id, image)
        on known.deleted_at is null and read.record_id = coalesce(known.long_id, known.record_id)
    order by known.ordinality;
end;
$$;

comment on function pgsync.versions_between(regclass, bigint, bigint, text, bigint, text, bigint)
is 'The records of a table whose newest version was folded between two ticks, with their rows.';
