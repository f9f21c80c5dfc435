create or replace function pgsync.is_within(image jsonb, row_filter jsonb)
returns boolean
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(
    bool_and(image ->> wanted.column_name = wanted.value or not image ? wanted.column_name), true
)
from jsonb_each_text(coalesce(row_filter, '{}')) as wanted (column_name, value);
$$;

comment on function pgsync.is_within(jsonb, jsonb)
is 'Whether a row has the values of a filter in those of its columns that it has.';
