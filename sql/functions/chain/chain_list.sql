create or replace function pgsync.chain_list(keys text[], digests bytea[])
returns text
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
select string_agg(encode(listed.digest, 'hex') || '  ' || listed.key || E'\n', '' order by listed.place)
from unnest(chain_list.keys, chain_list.digests) with ordinality as listed (key, digest, place);
$$;

comment on function pgsync.chain_list(text[], bytea[])
is 'The list of a block: lines of digest, two blanks and key, as sha256sum writes them.';
