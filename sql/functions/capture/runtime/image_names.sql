create or replace function pgsync.image_names(shape jsonb, column_names text[])
returns text[]
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array_agg(
    coalesce(
        (
            select field.value ->> 'name'
            from jsonb_each(image_names.shape) as field
            where field.value ->> 'column' = listed.name
        ),
        listed.name
    )
    order by listed.place
)
from unnest(image_names.column_names) with ordinality as listed (name, place);
$$;

comment on function pgsync.image_names(jsonb, text[])
is 'The names that columns of a table have in images; null for null.';
