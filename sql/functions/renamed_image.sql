create or replace function pgsync.renamed_image(changed_table oid, image jsonb)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select jsonb_object_agg(shape.described ->> 'name', renamed_image.image -> attribute.attname::text)
from pgsync.sources as source
cross join jsonb_each(source.shape) as shape (number, described)
inner join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = source.source_table
        and attribute.attnum = shape.number::smallint
        and not attribute.attisdropped
where source.source_table
    = coalesce(pg_partition_root(renamed_image.changed_table::regclass), renamed_image.changed_table)
    and (source.captured_columns is null or shape.described ->> 'name' = any(source.captured_columns));
$$;

comment on function pgsync.renamed_image(oid, jsonb)
is 'The image of a row under the names its columns had when the table was attached.';
