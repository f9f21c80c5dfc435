create or replace function pgsync.live_records(source_table regclass)
returns bigint
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select count(*)
from pgsync.record_versions as own
where own.source_table = live_records.source_table and own.deleted_at is null;
$$;

comment on function pgsync.live_records(regclass)
is 'How many records of a table that is exchanged there are.';
