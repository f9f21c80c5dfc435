create or replace function pgsync.capture_name(source_table regclass)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select left(
    'capture_' || regexp_replace(lower(pgsync.qualified_name(capture_name.source_table)), '[^a-z0-9]+', '_', 'g'), 40
) || '_' || capture_name.source_table::oid;
$$;

comment on function pgsync.capture_name(regclass)
is 'The name of the capture function of a table.';
