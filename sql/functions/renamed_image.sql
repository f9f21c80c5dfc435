-- A dropped column is an object there, which no rule takes for a value: what reads it fails, and what is
-- posted stays. Were it missing, it would read as null.
create or replace function pgsync.renamed_image(changed_table oid, image jsonb)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select jsonb_object_agg(
    shaped.name,
    case
        when shaped.present_name is null then '{"column": "dropped"}'
        else renamed_image.image -> shaped.present_name
    end
)
from pgsync.sources as source
cross join lateral pgsync.shape_columns(source.source_table, source.shape) as shaped
where source.source_table
    = coalesce(pg_partition_root(renamed_image.changed_table::regclass), renamed_image.changed_table)
    and (source.captured_columns is null or shaped.name = any(source.captured_columns));
$$;

comment on function pgsync.renamed_image(oid, jsonb)
is 'The image of a row under the names its columns had when the table was attached.';
