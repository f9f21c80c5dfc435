create or replace function pgsync.refused_record(place bigint, error_class text, error_message text)
returns jsonb
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
return jsonb_build_object(
    'place', place,
    'status', 'failed',
    'error', jsonb_build_object('class', error_class, 'message', error_message)
);

comment on function pgsync.refused_record(bigint, text, text)
is 'The answer to a record that is not understood.';
