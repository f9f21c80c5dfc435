create or replace function pgsync.failures_of(decisions jsonb, failures jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(
    jsonb_agg(
        failure.content
        || jsonb_build_object('place', decisions -> (failure.content ->> 'place')::integer -> 'place')
    ),
    '[]'
)
from jsonb_array_elements(failures) as failure (content);
$$;

comment on function pgsync.failures_of(jsonb, jsonb)
is 'Failures with the places of what was decided, instead of those among what was written.';
