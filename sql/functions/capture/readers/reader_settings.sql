create or replace function pgsync.reader_settings()
returns text[]
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array[
    'search_path=pg_catalog, pg_temp', 'row_security=off', 'TimeZone=UTC', 'DateStyle=ISO, YMD',
    'IntervalStyle=postgres', 'extra_float_digits=1', 'bytea_output=hex', 'lc_monetary=C', 'quote_all_identifiers=off'
];
$$;

comment on function pgsync.reader_settings()
is 'The settings that a reader pins, as the catalog shows them.';
