create or replace function pgsync.capture_truncate(source pgsync.sources)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pgsync.capture_insert(
    -- What it says is not of the application.
    jsonb_populate_record(source, '{"image_key": null}'),
    $changes$
                select
                    '' as record_id,
                    'truncate' as action,
                    pg_catalog.jsonb_build_object('table', pgsync.qualified_name(tg_relid)) as image,
                    null::pg_catalog.jsonb as old_image$changes$
);
$$;

comment on function pgsync.capture_truncate(pgsync.sources)
is 'The part of a capture function that reports a TRUNCATE, of the table or of one partition.';
