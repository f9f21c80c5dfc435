create or replace function pgsync.keys_of(key_columns text[], record_ids text[])
returns jsonb
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(
    jsonb_agg(
        case
            when cardinality(key_columns) = 1 then jsonb_build_object(key_columns[1], listed.record_id)
            else (
                select jsonb_object_agg(key_columns[part.place], part.value)
                from jsonb_array_elements(
                    case when listed.record_id ~ '^\s*\[' then listed.record_id::jsonb else '[]' end
                ) with ordinality as part (value, place)
                where part.place <= cardinality(key_columns)
            )
        end
        order by listed.place
    ),
    '[]'
)
from unnest(record_ids) with ordinality as listed (record_id, place);
$$;

comment on function pgsync.keys_of(text[], text[])
is 'The key columns of records, with their values, as one JSON object for each.';
