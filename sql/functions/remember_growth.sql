create or replace function pgsync.remember_growth()
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.sources as source
set counted = growth.counted
from pgsync.capture_growth() as growth
where growth.source_table = source.source_table;
$$;

comment on function pgsync.remember_growth()
is 'Lets capture_growth count from now on.';
