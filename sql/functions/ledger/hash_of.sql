-- Each field with its length, so that no two lists of fields give the same bytes; preceded by a version, so
-- that the method can change without making old hashes wrong.
create or replace function ledger.hash_of(fields text[])
returns bytea
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select sha256(convert_to(
    '1;' || string_agg(coalesce(octet_length(field.value) || ':' || field.value, '-'), ';' order by field.place),
    'UTF8'
))
from unnest(hash_of.fields) with ordinality as field (value, place);
$$;

comment on function ledger.hash_of(text[])
is 'A hash of a list of fields, some of which may be null.';
