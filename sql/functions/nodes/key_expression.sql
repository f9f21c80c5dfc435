create or replace function pgsync.key_expression(source_table regclass, column_format text)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
select pgsync.capture_key(own, column_format)
from pgsync.sources as own
where own.source_table = key_expression.source_table;
$$;

comment on function pgsync.key_expression(regclass, text)
is 'The SQL expression for the record_id of a row of a source, over columns named in a format.';
