create or replace function pgsync.unsent_count(endpoint text)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select coalesce(sum(own.records), 0)::bigint
from pgsync.unsent_by_table(unsent_count.endpoint) as own;
$$;

comment on function pgsync.unsent_count(text)
is 'How many records a master does not have yet, or has refused.';
