-- As a backfill does for a whole table: rows as they were read, with the snapshot that they were read in, so
-- a change that comes meanwhile still wins. What is posted already ends as unchanged.
create or replace function pgsync.log_records(
    source pgsync.sources,
    record_ids text[],
    images jsonb[],
    snapshot pg_snapshot,
    correlation_id text default null
)
returns setof bigint
language sql
set search_path = pg_catalog, pgsync, pg_temp
as $$
with logged as (
    insert into pgsync.sync_logs (
        source_table, source_version, record_id, action, data, slot, snapshot, correlation_id
    )
    select
        source.source_table,
        case when listed.image is not null then source.version end,
        listed.record_id,
        case when listed.image is null then 'delete' else 'create' end,
        listed.image,
        pgsync.slot_of(listed.record_id),
        log_records.snapshot,
        log_records.correlation_id
    from unnest(log_records.record_ids, log_records.images) as listed (record_id, image)
    returning id, slot
)

insert into pgsync.sync_queue (log_id, slot)
select logged.id, logged.slot from logged
returning log_id;
$$;

comment on function pgsync.log_records(pgsync.sources, text[], jsonb[], pg_snapshot, text)
is 'Adds a change for each record as it was read, or as deleted where its image is null; returns them.';
