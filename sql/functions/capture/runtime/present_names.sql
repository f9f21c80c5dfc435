create or replace function pgsync.present_names(source pgsync.sources, names text[])
returns text[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array_agg(coalesce(shaped.present_name, listed.name) order by listed.place)
from unnest(present_names.names) with ordinality as listed (name, place)
left join pgsync.shape_columns(source.source_table, source.shape) as shaped on shaped.name = listed.name;
$$;

comment on function pgsync.present_names(pgsync.sources, text[])
is 'The names that columns have in their table now, given their names in images; null for null.';
