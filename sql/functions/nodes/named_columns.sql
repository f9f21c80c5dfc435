create or replace function pgsync.named_columns(schema jsonb, names text[])
returns jsonb
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(
    jsonb_object_agg(
        wanted.name,
        jsonb_strip_nulls(jsonb_build_object(
            'type', schema -> 'types' -> wanted.name, 'typmod', schema -> 'typmods' -> wanted.name
        ))
    ),
    '{}'
)
from unnest(names) as wanted (name);
$$;

comment on function pgsync.named_columns(jsonb, text[])
is 'Some of the columns that a page names for a table, with their types.';
