create or replace function pgsync.capture_absent(column_names text[])
returns text
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    '(values (%s)) as absent (%s)',
    string_agg('null::pg_catalog.text', ', '),
    string_agg(quote_ident(named.name), ', ' order by named.name)
)
from (select distinct listed.name from unnest(capture_absent.column_names) as listed (name)) as named;
$$;

comment on function pgsync.capture_absent(text[])
is 'The list in which a generated capture function finds null for a column that is gone.';
