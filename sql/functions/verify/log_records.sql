-- Rows as they were read, with the snapshot that they were read in, so a change that comes meanwhile still
-- wins. What is posted already ends as unchanged.
create or replace function pgsync.log_records(
    source pgsync.sources,
    record_ids text[],
    images jsonb[],
    snapshot pg_snapshot,
    correlation_id text default null
)
returns setof bigint
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
-- No plan that a server may log shows an image or a secret.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    v_secret text;
    v_encrypted_secret bytea;
    v_encrypted bytea[];
begin
    if source.image_key is not null and cardinality(log_records.record_ids) > 0 then
        select made.secret, made.encrypted_secret
        into v_secret, v_encrypted_secret
        from pgsync.new_secret(source.image_key) as made;
        v_encrypted := array(
            select case when given.image is not null then pgsync.encrypt_image(given.image, null, v_secret) end
            from unnest(log_records.images) with ordinality as given (image, place)
            order by given.place
        );
    end if;

    return query
    with logged as materialized (
        insert into pgsync.sync_logs (
            source_table, source_version, record_id, action, data, origin, slot, snapshot, correlation_id,
            image_key, encrypted_secret, encrypted_image
        )
        select
            source.source_table,
            case when listed.image is not null or not source.posts then source.version end,
            listed.record_id,
            case when listed.image is null then 'delete' else 'create' end,
            case when listed.encrypted is null then listed.image end,
            left(nullif(current_setting('pgsync.origin', true), ''), 200),
            pgsync.slot_of(listed.record_id),
            log_records.snapshot,
            log_records.correlation_id,
            case when listed.encrypted is not null then source.image_key end,
            case when listed.encrypted is not null then v_encrypted_secret end,
            listed.encrypted
        from unnest(log_records.record_ids, log_records.images, v_encrypted)
            as listed (record_id, image, encrypted)
        returning id, slot
    ),

    queued as (
        insert into pgsync.sync_queue (log_id, slot)
        select logged.id, logged.slot
        from logged
        where source.posts
    )

    select logged.id from logged;
end;
$$;

comment on function pgsync.log_records(pgsync.sources, text[], jsonb[], pg_snapshot, text)
is 'Adds a change for each record as it was read, or as deleted where its image is null; returns them.';
