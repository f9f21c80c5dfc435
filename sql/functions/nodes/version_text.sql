create or replace function pgsync.version_text(stamp bigint, origin text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
return stamp || '@' || coalesce(nullif(origin, ''), pgsync.own_name());

comment on function pgsync.version_text(bigint, text) is 'A version as other systems know it.';
