-- A trigger that was disabled and enabled again is unchanged, but its row in the catalog is another version.
-- A partition that was detached for a while has other triggers; before PostgreSQL 15 they count as internal
-- ones.
create or replace function pgsync.trigger_fingerprint(source_table regclass)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select md5(string_agg(concat_ws(' ', present.oid, present.xmin, present.tgenabled), ',' order by present.oid))
from (
    select trigger_fingerprint.source_table as relid
    union
    select part.relid from pg_partition_tree(trigger_fingerprint.source_table) as part
) as tree
inner join pg_catalog.pg_trigger as present on present.tgrelid = tree.relid
inner join pg_catalog.pg_proc as routine on routine.oid = present.tgfoid
where routine.pronamespace = 'pgsync'::regnamespace;
$$;

comment on function pgsync.trigger_fingerprint(regclass)
is 'Changes whenever a capture trigger of the table or a partition is created, dropped or switched.';
