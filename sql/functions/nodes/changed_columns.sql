create or replace function pgsync.changed_columns(base_image jsonb, image jsonb, key_columns text[])
returns jsonb
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select jsonb_build_object(
    'data', coalesce(
        jsonb_object_agg(own.name, own.value)
        filter (where own.name = any(key_columns) or own.value is distinct from base_image -> own.name),
        '{}'
    ),
    'old_data', coalesce(
        jsonb_object_agg(own.name, base_image -> own.name)
        filter (where own.name <> all(key_columns) and own.value is distinct from base_image -> own.name),
        '{}'
    )
)
from jsonb_each(image) as own (name, value);
$$;

comment on function pgsync.changed_columns(jsonb, jsonb, text[])
is 'The key and the columns of a row that differ from what it was, and what these were.';
