create or replace function pgsync.note_compare_undone(difference bigint)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.compare_differences as own
set state = 'undone', settled_at = clock_timestamp(), settled_by = session_user
where own.id = note_compare_undone.difference and own.state = 'healed';
$$;

comment on function pgsync.note_compare_undone(bigint)
is 'Notes that what a run had mended is as it was before.';
