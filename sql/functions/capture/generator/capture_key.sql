-- The text of a key must be that which jsonb has for it, because that is what stands in the images.
create or replace function pgsync.capture_key(source pgsync.sources, column_format text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select case
    when count(*) > 1
        then format(
            'pg_catalog.jsonb_build_array(%s)::pg_catalog.text',
            string_agg(key.expression, ', ' order by key.place)
        )
    when bool_and(key.is_text) then format('pg_catalog.concat(%s)', min(key.expression))
    else format('pg_catalog.to_jsonb(%s) operator(pg_catalog.#>>) ''{}''', min(key.expression))
end
from (
    select
        captured.key_place as place,
        format(capture_key.column_format, captured.name) as expression,
        captured.treatment = 'text'
        or captured.base_type = any(array['int2', 'int4', 'int8', 'text', 'varchar', 'uuid']::regtype[]::oid[]) as is_text
    from pgsync.captured_columns(source) as captured
    where captured.key_place is not null
) as key;
$$;

comment on function pgsync.capture_key(pgsync.sources, text)
is 'The SQL expression for the record_id of a row, over the columns of its image.';
