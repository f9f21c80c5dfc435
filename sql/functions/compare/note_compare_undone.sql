create or replace function pgsync.note_compare_undone(difference bigint)
returns void
language sql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
update pgsync.compare_differences as own
set state = 'undone', settled_at = clock_timestamp(), settled_by = session_user
where own.id = note_compare_undone.difference and own.state = 'healed';

update pgsync.compare_results as own
set healed = own.healed - 1, unhealed = own.unhealed + 1
from pgsync.compare_differences as undone
where undone.id = note_compare_undone.difference and own.job = undone.job and own.entity = undone.entity;
$$;

comment on function pgsync.note_compare_undone(bigint)
is 'Notes that what a run had mended is as it was before.';
