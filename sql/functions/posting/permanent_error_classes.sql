create or replace function pgsync.permanent_error_classes()
returns text[]
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select array_agg(replace(replace(replace(btrim(listed.class), '\', '\\'), '_', '\_'), '*', '%'))
from regexp_split_to_table(pgsync.configuration_text('permanent_error_classes'), ',') as listed (class);
$$;

comment on function pgsync.permanent_error_classes()
is 'The setting of that name, as LIKE patterns.';
