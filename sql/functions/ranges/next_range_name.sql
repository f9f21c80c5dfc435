create or replace function pgsync.next_range_name(table_name text)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format('%s_%s', next_range_name.table_name, to_char(count(*) + 1, 'FM000000'))
from pgsync.id_ranges as made
where made.table_name = next_range_name.table_name;
$$;

comment on function pgsync.next_range_name(text)
is 'What the next range of a table is called: they are numbered.';
