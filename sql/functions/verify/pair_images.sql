create or replace function pgsync.pair_images(record_ids text[], found_ids text[], images jsonb[])
returns jsonb[]
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array(
    select read.image
    from unnest(pair_images.record_ids) with ordinality as listed (record_id, place)
    left join unnest(pair_images.found_ids, pair_images.images) as read (record_id, image)
        on listed.record_id = read.record_id
    order by listed.place
);
$$;

comment on function pgsync.pair_images(text[], text[], jsonb[])
is 'The images of records in the order of these; null for those that were not found.';
